-- Every agent known so far: under his one name, each name he was logged under.
select agent, alias, null::timestamp as first_at, null::timestamp as last_at, true as is_set
from opt_member
union all
select coalesce(a.agent, s.agent), s.agent, s.first_at, s.last_at, false
from out_agent_seen as s
left join out_alias as a on a.alias = s.agent
