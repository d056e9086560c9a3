/*---
description: An agent's facts from a day on. What the roster knows first is taken for the time before as well, as an inferred version; who is only in the logs or in a plan has nothing else. After the last day of employment a version goes on that says so.
owner: team:analytics
grain: [agent_key]
columns:
  agent_key: {tests: [not_null, unique]}
  agent_id: {tests: [not_null]}
  site: Site the agent belongs to; empty when not known.
  zone: "Time zone of the agent's site; without one that of what the agent is seen in, else of the roster."
  valid_from: First local day of this version.
  valid_to: First local day that is no longer of this version.
  is_inferred: "Not from a roster: known from the logs only, or from the roster of a later day."
---*/
with worked as (
    select agent, zone from staging.handle_segment
    union
    select agent, zone from staging.agent_offer
    union
    select agent, zone from staging.agent_event
),

planned as (
    select agent, zone from worked
    union
    select agent, zone from staging.schedule
),

seen as (
    select p.agent, coalesce(min(w.zone), min(p.zone)) as zone
    from planned as p
    left join worked as w on w.agent = p.agent
    group by p.agent
),

-- What phones and logs know of an agent fills in what the roster leaves out.
logged as (
    select
        agent,
        min(name) as name,
        min(team) as team,
        min(case when not coalesce(is_site_assumed, false) then site end) as site,
        min(extensions) as extensions,
        min(aliases) as aliases,
        min(zone) as zone
    from staging.roster
    where is_inferred
    group by agent
),

-- Where nobody says better, an agent belongs to the site of the system that knows him.
assumed as (
    select agent, min(site) as site
    from staging.roster
    where is_site_assumed
    group by agent
),

told as (
    select
        *,
        case when not coalesce(is_site_assumed, false) then site end as told_site,
        -- Of several sources on one day, the last of the alphabet that says something counts.
        row_number() over (partition by agent, valid_from order by source desc) as place,
        row_number() over (partition by agent order by valid_from nulls first, source) as step
    from staging.roster
    where not is_inferred
),

-- Blank means unchanged, - means none.
carried as (
    select
        agent,
        valid_from as row_from,
        place,
        last_value(name ignore nulls) over so_far as name,
        last_value(team ignore nulls) over so_far as team,
        last_value(told_site ignore nulls) over so_far as site,
        last_value(extensions ignore nulls) over so_far as extensions,
        last_value(aliases ignore nulls) over so_far as aliases,
        last_value(supervisor ignore nulls) over so_far as supervisor,
        last_value(manager ignore nulls) over so_far as manager,
        last_value(director ignore nulls) over so_far as director,
        last_value(employer ignore nulls) over so_far as employer,
        last_value(sourcing ignore nulls) over so_far as sourcing,
        last_value(level ignore nulls) over so_far as level,
        last_value(work_mode ignore nulls) over so_far as work_mode,
        last_value(shift ignore nulls) over so_far as shift,
        last_value(language ignore nulls) over so_far as language,
        last_value(skills ignore nulls) over so_far as skills,
        last_value(hourly_cost ignore nulls) over so_far as hourly_cost,
        last_value(currency ignore nulls) over so_far as currency,
        last_value(hired_on ignore nulls) over so_far as hired_on,
        last_value(left_on ignore nulls) over so_far as left_so_far,
        max(left_on) over (partition by agent, valid_from) as left_said,
        last_value(zone ignore nulls) over so_far as roster_zone
    from told
    window so_far as (
        partition by agent order by step rows between unbounded preceding and current row
    )
),

-- A last day that is over and that the row does not repeat is one before a new start.
employed as (
    select
        *,
        case
            when left_said is not null or row_from is null or left_so_far >= row_from
                then left_so_far
        end as left_on,
        lead(row_from) over (partition by agent order by row_from nulls first) as next_from
    from carried
    where place = 1
),

version as (
    select
        agent, row_from, name, team, site, extensions, aliases, supervisor, manager, director,
        employer, sourcing, level, work_mode, shift, language, skills, hourly_cost, currency,
        hired_on, left_on, roster_zone,
        coalesce(left_on >= row_from, true) as is_employed,
        false as is_inferred
    from employed
    union all
    select
        agent, left_on + interval '1' day, name, team, site, extensions, aliases, supervisor,
        manager, director, employer, sourcing, level, work_mode, shift, language, skills,
        hourly_cost, currency, hired_on, left_on, roster_zone, false, false
    from employed
    where left_on is not null
        and (row_from is null or left_on >= row_from)
        and (next_from is null or left_on + interval '1' day < next_from)
    union all
    -- Before the first row that has a day.
    select
        agent, null, name, team, site, extensions, aliases, supervisor, manager, director,
        employer, sourcing, level, work_mode, shift, language, skills, hourly_cost, currency,
        hired_on, null, roster_zone, null, true
    from (
        select *, row_number() over (partition by agent order by row_from nulls first) as version_no
        from employed
    ) as e
    where version_no = 1 and row_from is not null
    union all
    select
        l.agent, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null,
        null, null, null, null, true
    from (select agent from logged union select agent from seen) as l
    where l.agent not in (select agent from told)
),

filled as (
    select
        v.agent,
        cast(v.row_from as date) as row_from,
        coalesce(v.name, l.name) as name,
        nullif(coalesce(v.team, l.team), '-') as team,
        nullif(coalesce(v.site, l.site, h.site), '-') as site,
        nullif(coalesce(v.extensions, l.extensions), '-') as extensions,
        nullif(coalesce(v.aliases, l.aliases), '-') as aliases,
        nullif(v.supervisor, '-') as supervisor,
        nullif(v.manager, '-') as manager,
        nullif(v.director, '-') as director,
        nullif(v.employer, '-') as employer,
        v.sourcing,
        nullif(v.level, '-') as level,
        nullif(v.work_mode, '-') as work_mode,
        nullif(v.shift, '-') as shift,
        nullif(v.language, '-') as language,
        nullif(v.skills, '-') as skills,
        v.hourly_cost,
        nullif(v.currency, '-') as currency,
        v.hired_on,
        v.left_on,
        v.is_employed,
        v.is_inferred,
        coalesce(s.zone, l.zone, v.roster_zone) as own_zone,
        lead(v.row_from) over (partition by v.agent order by v.row_from nulls first) as next_from
    from version as v
    left join logged as l on l.agent = v.agent
    left join assumed as h on h.agent = v.agent
    left join seen as s on s.agent = v.agent
)

select
    md5_key(f.agent || '|' || coalesce(cast(f.row_from as varchar), '')) as agent_key,
    f.agent as agent_id,
    coalesce(nullif(f.name, '-'), f.agent) as agent_name,
    f.team,
    f.site,
    coalesce(s.zone, f.own_zone) as zone,
    f.extensions,
    f.aliases,
    f.supervisor,
    f.manager,
    f.director,
    f.employer,
    f.sourcing,
    f.level,
    f.work_mode,
    f.shift,
    f.language,
    f.skills,
    f.hourly_cost,
    f.currency,
    f.hired_on,
    f.left_on,
    coalesce(f.row_from, date '0001-01-01') as valid_from,
    coalesce(cast(f.next_from as date), date '9999-12-31') as valid_to,
    f.next_from is null as is_current,
    f.is_employed,
    f.is_inferred
from filled as f
left join core.dim_site as s on s.site = f.site
union all
select
    -1, 'unknown', 'unknown', null, null, null, null, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null,
    date '0001-01-01', date '9999-12-31', true, null, true
