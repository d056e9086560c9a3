-- Agents as pages name and compare them: what is said of each, and while it holds.
select
    agent_id,
    valid_from,
    valid_to,
    is_current,
    hash(agent_name, team, site, sourcing, is_inferred) as said
from core.dim_agent
where agent_key <> -1
order by agent_id, valid_from
