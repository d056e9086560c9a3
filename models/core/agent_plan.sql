/*---
description: "What the plan that counts wants of an agent, quarter hour by quarter hour: the last version approved before the quarter hour begins, with approved exceptions in its place and approved overtime beside it. Pieces of one agent never overlap. A span counts for a week at most."
owner: team:analytics
grain: [agent_id, from_at]
materialization: daily
reach: {before: 3, after: 9}
columns:
  agent_id: {tests: [not_null]}
  agent_key: The agent's version as of the day; -1 when not known.
  local_date: {description: Local day in the zone of the agent's site., tests: [not_null]}
  shift_date: {description: "Local day on which the shift began: spans less than four hours apart are one shift.", tests: [not_null]}
  from_at: {tests: [not_null]}
  to_at: {tests: [not_null]}
  planned_ms: {tests: [not_null, {min: 0}, {max: 900000}]}
  kind: "Where it comes from: planned, exception or overtime."
  activity_class: "Class of the activity: work (with contacts), break, other_work or absence (leave, illness); empty while no map knows it."
---*/
with near as (
    select
        s.source, s.zone, s.local_date, s.agent, s.activity, s.kind, s.is_paid, s.starts_at,
        least(s.ends_at, s.starts_at + interval '7' day) as ends_at,
        coalesce(s.version_at, timestamp '0001-01-01 00:00:00') as version_at,
        case
            when s.kind = 'planned' and s.version_at is null then timestamp '0001-01-01 00:00:00'
            else s.approved_at
        end as counts_from,
        s.ends_at < s.starts_at + interval '16' hour as is_short
    from staging.schedule as s
    inner join ops.build_window as w
        on s.local_date + interval '20' day >= w.from_date
        and s.local_date - interval '5' day <= w.to_date
    where s.ends_at > s.starts_at
),

-- All versions together, so that a shift stays one when a new version moves it.
busy as (
    select
        *,
        max(ends_at) over (
            partition by agent
            order by starts_at, ends_at, kind, activity, version_at, source
            rows between unbounded preceding and 1 preceding
        ) as busy_until
    from near
    where is_short
),

chained as (
    select
        *,
        last_value(
            case when busy_until is null or busy_until <= starts_at - interval '4' hour
                then starts_at end
            ignore nulls
        ) over so_far as shift_at,
        last_value(
            case when busy_until is null or busy_until <= starts_at - interval '4' hour
                then local_date end
            ignore nulls
        ) over so_far as first_date
    from busy
    window so_far as (
        partition by agent
        order by starts_at, ends_at, kind, activity, version_at, source
        rows between unbounded preceding and current row
    )
),

-- What goes on for two days is no shift.
dated as (
    select
        source, zone, local_date, agent, activity, kind, is_paid, starts_at, ends_at, version_at,
        counts_from,
        case when shift_at > starts_at - interval '48' hour then first_date else local_date end
            as shift_date
    from chained
    union all
    select source, zone, local_date, agent, activity, kind, is_paid, starts_at, ends_at,
        version_at, counts_from, local_date
    from near
    where not is_short
),

-- A version of the plan takes the place of the earlier ones of the agent's shift; an exception
-- or overtime that of itself.
named as (
    select
        *,
        case
            when kind = 'planned' then 'planned|' || cast(shift_date as varchar)
            else kind || '|' || cast(starts_at as varchar) || '|' || activity
        end as what
    from dated
    where counts_from is not null
),

version as (
    select
        source, agent, what, version_at,
        min(min(counts_from)) over (
            partition by source, agent, what
            order by version_at desc
            rows between unbounded preceding and 1 preceding
        ) as replaced_at
    from named
    group by source, agent, what, version_at
),

in_force as (
    select n.*, v.replaced_at
    from named as n
    inner join version as v
        on v.source = n.source and v.agent = n.agent and v.what = n.what
        and v.version_at = n.version_at
),

wanted as (
    select
        i.zone, i.local_date, i.interval_start, i.interval_key,
        cast(i.interval_start as date) as utc_date
    from core.dim_interval as i
    inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
),

wanted_date as (
    select distinct utc_date from wanted
),

-- Whose zone: that of the version of the day.
placed as (
    select f.*, d.utc_date, coalesce(a.zone, f.zone) as agent_zone
    from in_force as f
    inner join wanted_date as d
        on d.utc_date >= cast(f.starts_at as date) and d.utc_date <= cast(f.ends_at as date)
    left join core.dim_agent as a
        on a.agent_id = f.agent and d.utc_date >= a.valid_from and d.utc_date < a.valid_to
),

piece as (
    select
        p.source, p.agent, p.activity, p.kind, p.is_paid, p.shift_date, p.version_at, p.starts_at,
        p.ends_at, i.zone, i.local_date, i.interval_start, i.interval_key,
        greatest(p.starts_at, i.interval_start) as from_at,
        least(p.ends_at, i.interval_start + interval '15' minute) as to_at
    from placed as p
    inner join wanted as i
        on i.zone = p.agent_zone
        and i.utc_date = p.utc_date
        and i.interval_start > p.starts_at - interval '15' minute
        and i.interval_start < p.ends_at
        and p.counts_from < i.interval_start
        and (p.replaced_at is null or p.replaced_at >= i.interval_start)
),

edge as (
    select agent, interval_start, from_at as edge_at from piece
    union
    select agent, interval_start, to_at from piece
),

stretch as (
    select
        agent,
        interval_start,
        edge_at as from_at,
        lead(edge_at) over (partition by agent, interval_start order by edge_at) as to_at
    from edge
),

-- Of several spans at one instant: exceptions, overtime, plan; the newer version; within one
-- version the span inside the other.
ranked as (
    select
        p.source, p.agent, p.activity, p.kind, p.is_paid, p.shift_date, p.zone, p.local_date,
        p.interval_start, p.interval_key, s.from_at, s.to_at,
        row_number() over (
            partition by s.agent, s.interval_start, s.from_at
            order by
                case p.kind when 'exception' then 1 when 'overtime' then 2 else 3 end,
                p.version_at desc, p.starts_at desc, p.ends_at, p.activity, p.source
        ) as place
    from stretch as s
    inner join piece as p
        on p.agent = s.agent and p.interval_start = s.interval_start
        and p.from_at <= s.from_at and p.to_at >= s.to_at
    where s.from_at < s.to_at
)

select
    coalesce(a.agent_key, -1) as agent_key,
    r.agent as agent_id,
    r.source,
    r.interval_key,
    r.interval_start,
    r.local_date,
    r.zone,
    r.shift_date,
    r.from_at,
    r.to_at,
    ms_between(timestamp '2000-01-01 00:00:00', r.to_at)
    - ms_between(timestamp '2000-01-01 00:00:00', r.from_at) as planned_ms,
    r.kind,
    r.activity,
    coalesce(own.activity_class, other.activity_class) as activity_class,
    case when own.activity_class is null then other.allowed_states else own.allowed_states end
        as allowed_states,
    r.is_paid
from ranked as r
left join core.activity_map as own
    on own.source = r.source and own.activity = r.activity
    and r.local_date >= own.valid_from and r.local_date < own.valid_to
left join core.activity_map as other
    on other.source = '' and other.activity = r.activity
    and r.local_date >= other.valid_from and r.local_date < other.valid_to
left join core.dim_agent as a
    on a.agent_id = r.agent and r.local_date >= a.valid_from and r.local_date < a.valid_to
where r.place = 1
