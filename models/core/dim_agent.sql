/*---
description: An agent's facts from a day on; the first version reaches back to the beginning, and who is only in the logs has one that is inferred.
owner: team:analytics
grain: [agent_key]
columns:
  agent_key: {tests: [not_null, unique]}
  agent_id: {tests: [not_null]}
  valid_from: First local day of this version.
  valid_to: First local day that is no longer of this version.
  is_inferred: Known from the logs only, not from a roster.
---*/
with seen as (
    select agent from staging.handle_segment
    union
    select agent from staging.agent_offer
    union
    select agent from staging.agent_event
),

listed as (
    select
        agent,
        valid_from as row_from,
        name,
        team,
        site,
        extensions,
        aliases,
        is_inferred,
        row_number() over (
            partition by agent, valid_from
            order by is_inferred, source
        ) as place
    from staging.roster
    union all
    select agent, null, null, null, null, null, null, true, 1
    from seen
    where agent not in (select agent from staging.roster)
),

ordered as (
    select
        agent,
        row_from,
        is_inferred,
        row_number() over by_day as version_no,
        lead(row_from) over by_day as next_from,
        -- Blank means unchanged, - means none.
        last_value(name ignore nulls) over so_far as name,
        last_value(team ignore nulls) over so_far as team,
        last_value(site ignore nulls) over so_far as site,
        last_value(extensions ignore nulls) over so_far as extensions,
        last_value(aliases ignore nulls) over so_far as aliases
    from listed
    where place = 1
    window
        by_day as (partition by agent order by row_from nulls first),
        so_far as (
            partition by agent
            order by row_from nulls first
            rows between unbounded preceding and current row
        )
)

select
    md5_key(agent || '|' || coalesce(cast(row_from as varchar), '')) as agent_key,
    agent as agent_id,
    coalesce(nullif(name, '-'), agent) as agent_name,
    nullif(team, '-') as team,
    nullif(site, '-') as site,
    nullif(extensions, '-') as extensions,
    nullif(aliases, '-') as aliases,
    case when version_no = 1 then date '0001-01-01' else row_from end as valid_from,
    coalesce(next_from, date '9999-12-31') as valid_to,
    next_from is null as is_current,
    is_inferred
from ordered
union all
select
    -1, 'unknown', 'unknown', null, null, null, null,
    date '0001-01-01', date '9999-12-31', true, true
