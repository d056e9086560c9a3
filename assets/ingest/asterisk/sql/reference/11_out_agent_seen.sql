-- Names of agents as logged, with their first and last instant.
with
seen as (
    select agent, first_at, last_at from work_agent_seen
    union all
    select q.agent, q.line_at, q.line_at
    from raw_queue_log as q
    inner join opt_event as e on e.event = q.event
    where q.agent is not null
        and (e.class in ('connect', 'talk_end', 'offer', 'agent', 'wrap') or q.event = 'ABANDON')
)
select agent, min(first_at) as first_at, max(last_at) as last_at
from seen
group by agent
