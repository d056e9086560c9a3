/*---
description: "An agent's quarter hour as planned and as it was, as far as agents' time is known; of agents who are in a plan within the week before or after. What is paid adds up: paid_ms = paid_worked_ms + paid_break_ms + paid_other_work_ms + paid_paused_ms + paid_late_ms + paid_absent_ms."
owner: team:analytics
grain: [agent_id, interval_start]
materialization: daily
reach: {before: 5, after: 10}
metrics:
  row: planned_time
  attribution: split at interval edges
  agent: f.agent_id
  agent_version: f.agent_key
columns:
  agent_id: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day in the zone of the agent's site., tests: [not_null]}
  planned_ms: {description: "Milliseconds in the plan that counts, as whatever.", tests: [not_null, {min: 0}, {max: 900000}]}
  scheduled_ms: {tests: [not_null, {min: 0}, {max: 900000}]}
  in_adherence_ms: {tests: [not_null, {min: 0}]}
  worked_ms: {tests: [not_null, {min: 0}, {max: 900000}]}
  worked_unscheduled_ms: {tests: [not_null, {min: 0}]}
  paid_ms: {tests: [not_null, {min: 0}, {max: 900000}]}
---*/
with near_plan as (
    select p.*
    from core.agent_plan as p
    inner join ops.build_window as w
        on p.local_date + interval '10' day >= w.from_date
        and p.local_date - interval '10' day <= w.to_date
),

near_state as (
    select s.*
    from core.fact_agent_state as s
    inner join ops.build_window as w
        on s.local_date + interval '11' day >= w.from_date
        and s.local_date - interval '11' day <= w.to_date
),

watermark as (
    select
        source,
        coalesce(
            max(case when is_agent_feed then watermark_at end), max(watermark_at)
        ) as watermark_at
    from ops.feed_watermark
    group by source
),

-- A shift may reach into the days beside its own: whether anybody came is asked of all of it.
plan_day as (
    select distinct p.agent_id, p.local_date
    from near_plan as p
    inner join ops.build_window as w
        on p.local_date + interval '3' day >= w.from_date
        and p.local_date - interval '3' day <= w.to_date
),

state_day as (
    select distinct agent_id, source, local_date from near_state
),

-- Agents' time is known as far as the sources were read in which the agent shows up.
horizon as (
    select p.agent_id, p.local_date, max(k.watermark_at) as known_until
    from plan_day as p
    left join state_day as s
        on s.agent_id = p.agent_id
        and s.local_date between p.local_date - interval '7' day and p.local_date + interval '7' day
    left join watermark as k on k.source = s.source
    group by p.agent_id, p.local_date
),

latest as (
    select max(watermark_at) as watermark_at from watermark
),

plan as (
    select
        p.agent_id, p.interval_start, p.local_date, p.zone, p.shift_date, p.from_at,
        least(p.to_at, coalesce(h.known_until, t.watermark_at)) as to_at,
        p.activity_class, p.allowed_states, p.is_paid
    from near_plan as p
    inner join horizon as h on h.agent_id = p.agent_id and h.local_date = p.local_date
    cross join latest as t
    where p.from_at < coalesce(h.known_until, t.watermark_at)
),

near_plan_day as (
    select distinct agent_id, local_date from near_plan
),

planned_agent as (
    select distinct s.agent_id, s.local_date
    from state_day as s
    inner join near_plan_day as p
        on p.agent_id = s.agent_id
        and p.local_date between s.local_date - interval '7' day and s.local_date + interval '7' day
),

-- The states of one source do not overlap: those of agents who are in one alone are a time line.
shared_agent as (
    select agent_id from state_day group by agent_id having min(source) <> max(source)
),

planned_state as (
    select
        s.source, s.agent_id, s.zone, s.local_date, s.state, s.state_class, s.mapped_state,
        s.from_at, s.to_at, bucket15(s.from_at) as interval_start,
        h.agent_id is not null as is_shared
    from near_state as s
    inner join planned_agent as a on a.agent_id = s.agent_id and a.local_date = s.local_date
    inner join ops.build_window as w
        on s.local_date + interval '4' day >= w.from_date
        and s.local_date - interval '4' day <= w.to_date
    left join shared_agent as h on h.agent_id = s.agent_id
),

span as (
    select
        source, agent_id, zone, state, state_class, mapped_state, interval_start, from_at, to_at,
        is_shared
    from planned_state
    where to_at <= interval_start + interval '15' minute
    union all
    select
        s.source, s.agent_id, s.zone, s.state, s.state_class, s.mapped_state, i.interval_start,
        greatest(s.from_at, i.interval_start) as from_at,
        least(s.to_at, i.interval_start + interval '15' minute) as to_at,
        s.is_shared
    from planned_state as s
    inner join core.dim_interval as i
        on i.zone = s.zone
        and i.local_date = s.local_date
        and i.interval_start >= s.interval_start
        and i.interval_start < s.to_at
    where s.to_at > s.interval_start + interval '15' minute
),

edge as (
    select agent_id, interval_start, from_at as edge_at from span where is_shared
    union
    select agent_id, interval_start, to_at from span where is_shared
),

stretch as (
    select
        agent_id,
        interval_start,
        edge_at as from_at,
        lead(edge_at) over (partition by agent_id, interval_start order by edge_at) as to_at
    from edge
),

-- Of several sources whoever can be reached in one of them works.
merged as (
    select
        s.agent_id, s.interval_start, s.from_at, s.to_at, p.zone, p.state, p.state_class,
        p.mapped_state,
        row_number() over (
            partition by s.agent_id, s.interval_start, s.from_at
            order by
                case p.state_class
                    when 'handling' then 1 when 'wrap' then 2 when 'ringing' then 3
                    when 'available' then 4 when 'other_work' then 5 when 'break' then 6 else 7
                end,
                p.mapped_state, p.source
        ) as place
    from stretch as s
    inner join span as p
        on p.agent_id = s.agent_id and p.interval_start = s.interval_start
        and p.from_at <= s.from_at and p.to_at >= s.to_at
    where s.from_at < s.to_at and p.is_shared
),

-- One time line of all sources.
lived as (
    select
        agent_id, interval_start, from_at, to_at, zone, state, state_class, mapped_state,
        state_class in ('handling', 'wrap', 'ringing', 'available') as is_productive
    from (
        select agent_id, interval_start, from_at, to_at, zone, state, state_class, mapped_state
        from span
        where not is_shared and from_at < to_at
        union all
        select agent_id, interval_start, from_at, to_at, zone, state, state_class, mapped_state
        from merged
        where place = 1
    )
),

met as (
    select
        p.agent_id, p.interval_start, p.from_at as planned_at, p.activity_class,
        l.state_class, l.is_productive,
        coalesce(
            contains(p.allowed_states, ';' || l.state_class || ';')
            or contains(p.allowed_states, ';' || l.mapped_state || ';')
            or contains(p.allowed_states, ';' || l.state || ';'),
            false
        ) as is_allowed,
        ms_between(timestamp '2000-01-01 00:00:00', least(p.to_at, l.to_at))
        - ms_between(timestamp '2000-01-01 00:00:00', greatest(p.from_at, l.from_at)) as met_ms
    from plan as p
    inner join lived as l
        on l.agent_id = p.agent_id and l.interval_start = p.interval_start
        and l.from_at < p.to_at and l.to_at > p.from_at
),

met_total as (
    select
        agent_id, interval_start, planned_at,
        sum(met_ms) as logged_ms,
        coalesce(sum(met_ms) filter (where is_allowed), 0) as allowed_ms,
        coalesce(sum(met_ms) filter (where is_productive), 0) as productive_ms,
        coalesce(
            sum(met_ms) filter (
                where state_class = 'other_work'
                or (state_class = 'paused' and activity_class = 'other_work')
            ), 0
        ) as other_ms,
        coalesce(
            sum(met_ms) filter (
                where state_class = 'break' or (state_class = 'paused' and activity_class = 'break')
            ), 0
        ) as break_ms,
        coalesce(sum(met_ms) filter (where state_class = 'other_work'), 0) as other_state_ms
    from met
    group by agent_id, interval_start, planned_at
),

judged as (
    select
        p.agent_id, p.interval_start, p.zone, p.activity_class, p.is_paid, p.length_ms,
        coalesce(m.logged_ms, 0) as logged_ms,
        coalesce(m.allowed_ms, 0) as allowed_ms,
        coalesce(m.productive_ms, 0) as productive_ms,
        coalesce(m.other_ms, 0) as other_ms,
        coalesce(m.break_ms, 0) as break_ms,
        coalesce(m.other_state_ms, 0) as other_state_ms,
        p.length_ms - coalesce(m.logged_ms, 0) as off_ms,
        coalesce(contains(p.allowed_states, ';off;'), false) as is_off_allowed,
        -- Work was planned in the shift, and nobody came.
        coalesce(p.activity_class <> 'absence', true)
        and coalesce(
            sum(case when p.activity_class = 'work' then p.length_ms end) over by_shift, 0
        ) > 0
        and coalesce(
            sum(
                case when coalesce(p.activity_class <> 'absence', true) then m.logged_ms end
            ) over by_shift, 0
        ) = 0 as is_absent
    from (
        select
            *,
            ms_between(timestamp '2000-01-01 00:00:00', to_at)
            - ms_between(timestamp '2000-01-01 00:00:00', from_at) as length_ms
        from plan
    ) as p
    left join met_total as m
        on m.agent_id = p.agent_id and m.interval_start = p.interval_start
        and m.planned_at = p.from_at
    window by_shift as (partition by p.agent_id, p.shift_date)
),

-- Time elsewhere counts as spent there, if the map lets it be spent logged out.
settled as (
    select
        *,
        activity_class in ('work', 'break', 'other_work') as is_scheduled,
        case when is_off_allowed and not is_absent then off_ms else 0 end as off_kept_ms,
        case
            when activity_class = 'other_work' and is_off_allowed and not is_absent then off_ms
            else 0
        end as off_worked_ms,
        is_paid and activity_class is not null as is_counted
    from judged
),

planned_total as (
    select
        agent_id,
        interval_start,
        min(zone) as zone,
        sum(length_ms) as planned_ms,
        sum(case when is_scheduled then length_ms else 0 end) as scheduled_ms,
        sum(case when activity_class = 'work' then length_ms else 0 end) as scheduled_work_ms,
        sum(case when activity_class = 'other_work' then length_ms else 0 end)
            as scheduled_other_work_ms,
        sum(case when activity_class is null then length_ms else 0 end) as unmapped_ms,
        sum(case when is_scheduled then allowed_ms + off_kept_ms else 0 end) as in_adherence_ms,
        sum(off_worked_ms) as off_worked_ms,
        sum(
            case when coalesce(activity_class <> 'absence', true)
                then productive_ms + other_state_ms else 0 end
        ) as worked_in_plan_ms,
        sum(case when activity_class = 'work' and is_absent then off_ms else 0 end) as absent_ms,
        sum(case when activity_class = 'work' and not is_absent then off_ms else 0 end) as late_ms,
        sum(case when is_counted then length_ms else 0 end) as paid_ms,
        sum(case when is_counted then productive_ms else 0 end) as paid_worked_ms,
        sum(
            case when is_counted then break_ms else 0 end
            + case when is_counted and activity_class = 'break' and not is_absent then off_ms
                else 0 end
        ) as paid_break_ms,
        sum(
            case when is_counted then other_ms else 0 end
            + case when is_counted and activity_class = 'other_work' and not is_absent then off_ms
                else 0 end
        ) as paid_other_work_ms,
        sum(case when is_counted then logged_ms - productive_ms - break_ms - other_ms else 0 end)
            as paid_paused_ms,
        sum(
            case when is_counted and activity_class = 'work' and not is_absent then off_ms
                else 0 end
        ) as paid_late_ms,
        sum(
            case when is_counted and (activity_class = 'absence' or is_absent) then off_ms
                else 0 end
        ) as paid_absent_ms
    from settled
    group by agent_id, interval_start
),

lived_total as (
    select
        agent_id,
        interval_start,
        min(zone) as zone,
        sum(
            case
                when is_productive or state_class = 'other_work'
                    then ms_between(timestamp '2000-01-01 00:00:00', to_at)
                    - ms_between(timestamp '2000-01-01 00:00:00', from_at)
                else 0
            end
        ) as worked_ms
    from lived
    group by agent_id, interval_start
),

joined as (
    select
        coalesce(p.agent_id, l.agent_id) as agent_id,
        coalesce(p.interval_start, l.interval_start) as interval_start,
        coalesce(p.zone, l.zone) as own_zone,
        p.planned_ms, p.scheduled_ms, p.scheduled_work_ms, p.scheduled_other_work_ms,
        p.unmapped_ms, p.in_adherence_ms, p.absent_ms, p.late_ms, p.paid_ms, p.paid_worked_ms, p.paid_break_ms,
        p.paid_other_work_ms, p.paid_paused_ms, p.paid_late_ms, p.paid_absent_ms,
        coalesce(l.worked_ms, 0) + coalesce(p.off_worked_ms, 0) as worked_ms,
        coalesce(l.worked_ms, 0) - coalesce(p.worked_in_plan_ms, 0) as worked_unscheduled_ms
    from planned_total as p
    full join lived_total as l
        on l.agent_id = p.agent_id and l.interval_start = p.interval_start
)

select
    coalesce(a.agent_key, -1) as agent_key,
    j.agent_id,
    i.interval_key,
    j.interval_start,
    i.local_date,
    i.zone,
    cast(coalesce(j.planned_ms, 0) as bigint) as planned_ms,
    cast(coalesce(j.scheduled_ms, 0) as bigint) as scheduled_ms,
    cast(coalesce(j.scheduled_work_ms, 0) as bigint) as scheduled_work_ms,
    cast(coalesce(j.scheduled_other_work_ms, 0) as bigint) as scheduled_other_work_ms,
    cast(coalesce(j.unmapped_ms, 0) as bigint) as unmapped_ms,
    cast(coalesce(j.in_adherence_ms, 0) as bigint) as in_adherence_ms,
    cast(j.worked_ms as bigint) as worked_ms,
    cast(j.worked_unscheduled_ms as bigint) as worked_unscheduled_ms,
    cast(coalesce(j.absent_ms, 0) as bigint) as absent_ms,
    cast(coalesce(j.late_ms, 0) as bigint) as late_ms,
    cast(coalesce(j.paid_ms, 0) as bigint) as paid_ms,
    cast(coalesce(j.paid_worked_ms, 0) as bigint) as paid_worked_ms,
    cast(coalesce(j.paid_break_ms, 0) as bigint) as paid_break_ms,
    cast(coalesce(j.paid_other_work_ms, 0) as bigint) as paid_other_work_ms,
    cast(coalesce(j.paid_paused_ms, 0) as bigint) as paid_paused_ms,
    cast(coalesce(j.paid_late_ms, 0) as bigint) as paid_late_ms,
    cast(coalesce(j.paid_absent_ms, 0) as bigint) as paid_absent_ms
from joined as j
left join core.dim_agent as z
    on z.agent_id = j.agent_id
    and cast(j.interval_start as date) >= z.valid_from
    and cast(j.interval_start as date) < z.valid_to
inner join core.dim_interval as i
    on i.zone = coalesce(z.zone, j.own_zone) and i.interval_start = j.interval_start
inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
left join core.dim_agent as a
    on a.agent_id = j.agent_id and i.local_date >= a.valid_from and i.local_date < a.valid_to
