-- Pauses and their ends as they bear on each membership: lines that name the queue, lines for all
-- queues, and agents who join paused. Lines on a queue he is not in bear on nothing.
with
named as (
    select agent, queue, logged_at, event like 'PAUSE%' as is_pause, params as reason, false as is_for_all
    from agent_line
    where event in ('PAUSE', 'UNPAUSE') and queue is not null and is_in_window
    union all
    select l.agent, l.queue, l.logged_at, true, null, false
    from agent_line as l
    inner join joining as j on j.agent = l.agent and j.queue = l.queue and j.logged_at = l.logged_at
    where l.event = 'ADDMEMBER' and upper(l.params) = 'PAUSED' and not j.is_leave
        and l.is_in_window
    union all
    select l.agent, q.queue, l.logged_at, l.event like 'PAUSE%', l.params, true
    from agent_line as l
    inner join (select distinct agent, queue from stay) as q on q.agent = l.agent
    where l.is_in_window
        and (
            l.event in ('PAUSEALL', 'UNPAUSEALL')
            or (l.event in ('PAUSE', 'UNPAUSE') and l.queue is null)
        )
),
lasting as (
    select * from stay where end_at is null or end_at > start_at
)
select n.*, s.stay_no
from named as n
asof inner join lasting as s
    on s.agent = n.agent and s.queue = n.queue and s.start_at <= n.logged_at
where s.end_at is null or n.logged_at < s.end_at
