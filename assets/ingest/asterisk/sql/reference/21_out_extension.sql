-- Extensions of agents: from interfaces of members and agents, aliases, log-ins and own phones.
with
met as (
    select agent, alias as text from out_alias
    union
    select agent, alias from agent_name
    union
    select n.agent, d.extension
    from out_device as d
    left join out_alias as a on a.alias = d.name
    inner join (select distinct agent from agent_name) as n on n.agent = coalesce(a.agent, d.name)
),
taken as (
    select
        agent,
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
select distinct extension, agent from taken where extension is not null
