-- Extensions of agents. Where they contradict each other the strongest counts: the project file (4),
-- queues.conf and interfaces logged as agents (3), the centre's own phones (2), log-ins (1).
with
met as (
    select agent, alias as text, if(is_set, 4, 3) as strength from opt_alias
    union all
    select agent, alias, 3 from agent_name
    union all
    select n.agent, d.extension, d.strength
    from out_device as d
    left join out_alias as a on a.alias = d.name
    inner join (select distinct agent from agent_name) as n on n.agent = coalesce(a.agent, d.name)
),
taken as (
    select
        agent,
        strength,
        case
            when regexp_full_match(text, '[0-9]{1,6}') then text
            -- Agent/2019 is the name of an agent and no phone.
            when not starts_with(text, 'Agent/')
                then nullif(
                    regexp_extract(text, '^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$', 1), ''
                )
        end as extension
    from met
)
select extension, agent, max(strength)::integer as strength
from taken
where extension is not null
group by extension, agent
