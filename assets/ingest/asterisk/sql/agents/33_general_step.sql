-- The agent's own pause, over all queues and none: PAUSEALL to UNPAUSEALL or a restart. At one
-- instant the two are a pause anew, as in a queue.
with
said as (
    select
        agent, logged_at,
        bool_or(event like 'PAUSE%') as is_pause,
        bool_or(event like 'UNPAUSE%') as is_unpause,
        max(coalesce(params, '')) filter (where event like 'PAUSE%') as reason
    from agent_line
    where is_in_window
        and (
            event in ('PAUSEALL', 'UNPAUSEALL')
            or (event in ('PAUSE', 'UNPAUSE') and queue is null)
        )
    group by agent, logged_at
),
told as (
    select agent, logged_at, 2 as sub, is_pause, is_unpause, nullif(reason, '') as reason
    from said
    union all
    select agent, event_at, 0, true, false, reason
    from work_standing
    where event = 'pause' and queue is null
),
met as (
    select
        *,
        last_value(if(is_pause <> is_unpause, is_pause, null) ignore nulls) over so_far
            as was_pause,
        -- A restart at the instant of a standing pause comes after it.
        last_value(
            if(
                is_pause <> is_unpause,
                if(sub = 0, logged_at - interval 1 microsecond, logged_at),
                null
            )
            ignore nulls
        ) over so_far as was_at
    from told
    window so_far as (
        partition by agent order by logged_at, sub
        rows between unbounded preceding and current row
    )
),
steps as (
    select m.agent, m.logged_at, m.sub, m.is_pause, m.reason
    from met as m
    asof left join restart as r on r.logged_at <= m.logged_at
    where m.is_pause <> m.is_unpause
        or (m.was_pause and coalesce(r.logged_at <= m.was_at, true))
),
spanned as (
    select
        *,
        if(sub = 0, logged_at - interval 1 microsecond, logged_at) as since_at,
        lead(logged_at) over (partition by agent order by logged_at, sub) as next_at
    from steps
)
select agent, logged_at, sub, is_pause, reason, false as is_restart from steps
union all
select distinct s.agent, r.logged_at, 1, false, null, true
from spanned as s
asof inner join restart as r on s.since_at < r.logged_at
where s.is_pause and (s.next_at is null or r.logged_at <= s.next_at)
