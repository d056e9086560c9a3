-- Agents as they are now.
select agent_id, agent_name, team, is_inferred
from core.dim_agent
where is_current and agent_key <> -1
order by agent_name
