-- How each agent's logged-in time was spent, in seconds.
select
    agent_id, state, sum(state_ms) / 1000 as state_s,
    sum(state_ms) filter (where is_inferred) / 1000 as inferred_s
from core.fact_agent_state
where local_date between $from_date and $to_date
group by agent_id, state
order by agent_id, state
