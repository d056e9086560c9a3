-- The timeline: plain replay in the order of (event_at, event_rank) gives the state at any time.
with
ended as (
    select agent, queue, logged_at, 'leave' as event, 10 as rank_class
    from membership_step
    where step = 'restart' and was_member
    union all
    select agent, null, logged_at, 'unpause', 11 from general_step where is_restart
    union all
    select agent, null, logged_at, 'logout', 12 from login_step where is_restart
),
logged as (
    select
        l.agent, null::varchar as queue, l.logged_at,
        if(l.event like '%LOGIN', 'login', 'logout') as event,
        null::varchar as reason, 20 as rank_class, l.line_id, l.file_id, l.line_no
    from agent_line as l
    inner join login_step as s on s.agent = l.agent and s.logged_at = l.logged_at and s.sub = 2
    where l.class = 'agent' and l.event like 'AGENT%' and l.is_in_window
    union all
    select
        l.agent, l.queue, l.logged_at, if(l.event = 'ADDMEMBER', 'join', 'leave'),
        null, if(l.event = 'ADDMEMBER', 22, 21), l.line_id, l.file_id, l.line_no
    from agent_line as l
    inner join joining as j on j.agent = l.agent and j.queue = l.queue and j.logged_at = l.logged_at
    where l.event in ('ADDMEMBER', 'REMOVEMEMBER') and j.is_join <> j.is_leave and l.is_in_window
    union all
    select
        l.agent, null, l.logged_at, if(l.event like 'PAUSE%', 'pause', 'unpause'),
        l.params, 30, l.line_id, l.file_id, l.line_no
    from agent_line as l
    inner join general_step as g on g.agent = l.agent and g.logged_at = l.logged_at and g.sub = 2
    where l.is_in_window
        and l.event like 'PAUSE%' = g.is_pause
        and (
            l.event in ('PAUSEALL', 'UNPAUSEALL')
            or (l.event in ('PAUSE', 'UNPAUSE') and l.queue is null)
        )
    union all
    select
        l.agent, l.queue, l.logged_at,
        if(l.event in ('PAUSE', 'ADDMEMBER'), 'pause', 'unpause'),
        case
            when l.event = 'ADDMEMBER' then p.reason
            when l.event = 'PAUSE' then coalesce(l.params, p.reason)
            else l.params
        end, 40, l.line_id, l.file_id, l.line_no
    from agent_line as l
    inner join pause_state as p
        on p.agent = l.agent and p.queue = l.queue and p.logged_at = l.logged_at and p.sub = 1
    where l.is_in_window
        and l.event in ('PAUSE', 'ADDMEMBER') = p.is_pause
        and (
            l.event in ('PAUSE', 'UNPAUSE')
            or (l.event = 'ADDMEMBER' and upper(l.params) = 'PAUSED')
        )
),
concluded as (
    select
        s.agent, s.queue, s.logged_at, 'join' as event, null::varchar as reason, 23 as rank_class,
        null::varchar as line_id, e.file_id, e.line_no
    from membership_step as s
    inner join evidence as e on e.agent = s.agent and e.queue = s.queue and e.logged_at = s.logged_at
    where s.step = 'infer' and s.sub = 3 and not s.was_member
    union all
    select agent, queue, logged_at, event, reason, 41, null, null, null from restored
    union all
    select agent, queue, logged_at, event, null, rank_class, null, null, null from ended
),
happened as (
    select *, false as is_inferred, false as is_carried from logged
    union all by name
    select *, true as is_inferred, false as is_carried from concluded
    union all by name
    select
        agent, queue, logged_at, event, reason, is_inferred, rank_class,
        null::varchar as line_id, null::varchar as file_id, null::bigint as line_no,
        true as is_carried
    from carried
)
select
    agent,
    queue,
    logged_at as event_at,
    row_number() over (
        partition by agent, logged_at
        order by rank_class, queue nulls first, event, reason nulls first, line_id, file_id, line_no
    )::integer as event_rank,
    row_number() over (
        partition by agent, logged_at, queue, event
        order by rank_class, reason nulls first, line_id, file_id, line_no
    )::integer as event_repeat,
    event,
    null::varchar as state,
    reason,
    is_inferred,
    is_carried,
    file_id,
    line_no
from happened
