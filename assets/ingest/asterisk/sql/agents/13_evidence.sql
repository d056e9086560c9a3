-- Instants at which an agent did what only a member of the queue does, and did not join or leave.
-- A phone may still ring, or a call connect, in the minute after he left.
with
acted as (
    select distinct on (agent, queue, logged_at) agent, queue, logged_at, file_id, line_no
    from agent_line
    where is_in_window and queue is not null
        and event in (
            'CONNECT', 'RINGNOANSWER', 'RINGCANCELED', 'AGENTDUMP', 'PAUSE', 'UNPAUSE'
        )
    order by agent, queue, logged_at, file_id, line_no
),
removal as (
    select distinct agent, queue, logged_at
    from agent_line
    where event = 'REMOVEMEMBER' and queue is not null
)
select e.*
from acted as e
asof left join removal as r on r.agent = e.agent and r.queue = e.queue and r.logged_at <= e.logged_at
left join joining as j on j.agent = e.agent and j.queue = e.queue and j.logged_at = e.logged_at and j.is_join
where (r.logged_at is null or r.logged_at < e.logged_at - interval 60 second) and j.logged_at is null
