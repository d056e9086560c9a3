-- Agents as settings and logs know them.
with
seen as (
    select
        agent,
        min(first_at) as first_seen_at,
        max(last_at) as last_seen_at,
        not bool_or(is_set) as is_inferred
    from agent_name
    group by agent
),
other_name as (
    select agent, string_agg(distinct alias, ';' order by alias) as aliases
    from (
        select agent, alias from agent_name
        union
        select agent, alias from out_alias
    )
    where alias <> agent
    group by agent
),
phone as (
    select agent, string_agg(distinct extension, ';' order by extension) as extensions
    from out_extension
    group by agent
)
select
    s.agent,
    null::date as valid_from,
    o.aliases,
    p.extensions,
    s.agent as name,
    null::varchar as team,
    t.site,
    t.site is not null as is_site_assumed,
    s.first_seen_at,
    s.last_seen_at,
    s.is_inferred,
    null::varchar as file_id,
    null::bigint as line_no
from seen as s
cross join opt as t
left join other_name as o using (agent)
left join phone as p using (agent)
