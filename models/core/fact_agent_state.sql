/*---
description: "One stretch of time in which an agent was in one state. Of several at once the first of handling, wrap, ringing, paused, available counts; a pause whose reason stands for work, such as wrap-up, is that. So stretches never overlap and add up to logged-in time. They are cut at local midnight and end where the data ends."
owner: team:analytics
grain: [state_span_key]
materialization: daily
columns:
  state_span_key: {tests: [not_null, unique]}
  agent_id: {tests: [not_null]}
  state: {tests: [not_null]}
  state_class: {tests: [not_null, {allowed: [handling, wrap, ringing, available, break, other_work, paused]}]}
  reason: Reason of the latest pause in effect; empty unless the agent paused.
  from_at: {tests: [not_null]}
  to_at: {tests: [not_null]}
  local_date: {description: Local day of the stretch., tests: [not_null]}
  state_ms: {description: "Its length; both ends are taken in whole milliseconds, so that parts add up.", tests: [not_null, {min: 0}]}
  n_queues_available: Queues in which the agent could have been rung; empty unless available.
  is_inferred: "Nothing in the logs says that the agent was logged in: it rests on what the agent did alone. Left out of occupancy."
---*/
with local_day as (
    select
        i.zone,
        i.local_date,
        min(i.interval_start) as starts_at,
        max(i.interval_start) + interval '15' minute as ends_at,
        row_number() over (order by i.zone, i.local_date) as day_no,
        i.local_date >= min(w.from_date) as is_wanted
    from core.dim_interval as i
    inner join ops.build_window as w on i.local_date between w.scan_from and w.to_date
    group by i.zone, i.local_date
),

wanted_day as (
    select * from local_day where is_wanted
),

-- Agents' time is known as far as the feeds that tell it have been read, whatever newer records
-- other feeds of the source hold.
watermark as (
    select
        source,
        coalesce(
            max(case when is_agent_feed then watermark_at end), max(watermark_at)
        ) as watermark_at
    from ops.feed_watermark
    group by source
),

near_standing as (
    select s.*
    from core.agent_standing as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
),

near_segment as (
    select s.source, s.zone, s.local_date, s.agent, s.contact_id, s.segment_ordinal,
        s.connected_at, s.ended_at, s.wrap_ms, s.is_open, s.is_cut
    from staging.handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.to_date
),

near_visit as (
    select v.source, v.contact_id, v.entered_at, v.local_date
    from staging.queue_visit as v
    inner join ops.build_window as w on v.local_date between w.scan_from and w.scan_to
),

near_offer as (
    select o.source, o.zone, o.local_date, o.agent, o.offered_at, o.ring_ms
    from staging.agent_offer as o
    inner join ops.build_window as w on o.local_date between w.scan_from and w.to_date
    where o.ring_ms > 0
),

-- Ends that nobody logged: what a restart ended.
near_end as (
    select e.source, e.agent, e.event_at, e.local_date
    from staging.agent_event as e
    inner join ops.build_window as w on e.local_date between w.scan_from and w.scan_to
    where e.is_inferred and not e.is_carried and e.event in ('leave', 'logout')
),

-- Agents and their days get small numbers: sorting those takes half the time of sorting names.
seen as (
    select source, zone, agent_id as agent from near_standing
    union
    select source, zone, agent from near_segment
    union
    select source, zone, agent from near_offer
),

agent as (
    select
        s.source,
        s.zone,
        s.agent,
        w.watermark_at,
        row_number() over (order by s.source, s.zone, s.agent) as agent_no
    from seen as s
    left join watermark as w on w.source = s.source
),

agent_day as (
    select
        a.agent_no * 100000 + d.day_no as agent_day,
        a.source,
        a.agent,
        d.zone,
        d.local_date,
        least(d.ends_at, a.watermark_at) as ends_at
    from agent as a
    inner join wanted_day as d on d.zone = a.zone
),

standing as (
    select
        a.agent_no * 100000 + d.day_no as agent_day,
        s.from_at, s.standing_no, s.state, s.reason, s.n_queues_available, s.is_inferred,
        s.is_inferred_before,
        -- Logged as a state, so that it stands against work and is not merely hidden by it.
        s.state in ('handling', 'wrap', 'ringing')
            or s.state_before in ('handling', 'wrap', 'ringing') as is_told
    from near_standing as s
    inner join agent as a on a.source = s.source and a.zone = s.zone and a.agent = s.agent_id
    inner join wanted_day as d on d.zone = s.zone and d.local_date = s.local_date
),

-- Work: one running sum carries four counts, each worth a thousand times the one before:
-- legs, wraps and rings in progress, and changes of standing so far. Four sums take thrice as long.
work as (
    select
        a.agent_no, a.watermark_at, s.zone, s.local_date, 1 as weight,
        s.connected_at as from_at,
        coalesce(s.ended_at, a.watermark_at) as to_at
    from near_segment as s
    inner join agent as a on a.source = s.source and a.zone = s.zone and a.agent = s.agent
    where s.ended_at is not null or s.is_open
    union all
    -- Its end was never logged: it was over at the latest when a restart ended what the agent was
    -- logged in to, or when its call entered a queue again. What a restart ended in the instant of
    -- the connection had been before it.
    select
        a.agent_no, max(a.watermark_at), s.zone, s.local_date, 1, s.connected_at,
        least(
            coalesce(min(e.event_at), min(v.entered_at)),
            coalesce(min(v.entered_at), min(e.event_at))
        )
    from near_segment as s
    inner join agent as a on a.source = s.source and a.zone = s.zone and a.agent = s.agent
    left join near_end as e
        on e.source = s.source
        and e.agent = s.agent
        and e.event_at > s.connected_at
        and e.local_date between s.local_date and s.local_date + interval '7' day
    left join near_visit as v
        on v.source = s.source
        and v.contact_id = s.contact_id
        and v.entered_at > s.connected_at
        and v.local_date between s.local_date and s.local_date + interval '7' day
    where s.is_cut and s.ended_at is null and (e.event_at is not null or v.entered_at is not null)
    group by a.agent_no, s.zone, s.local_date, s.connected_at, s.contact_id, s.segment_ordinal
    union all
    select
        a.agent_no, a.watermark_at, s.zone, s.local_date, 1000, s.ended_at,
        add_ms(s.ended_at, s.wrap_ms)
    from near_segment as s
    inner join agent as a on a.source = s.source and a.zone = s.zone and a.agent = s.agent
    where s.wrap_ms > 0 and s.ended_at is not null
    union all
    select
        a.agent_no, a.watermark_at, o.zone, o.local_date, 1000000, o.offered_at,
        add_ms(o.offered_at, o.ring_ms)
    from near_offer as o
    inner join agent as a on a.source = o.source and a.zone = o.zone and a.agent = o.agent
),

placed_work as (
    select
        k.agent_no, k.zone, k.weight, k.from_at, least(k.to_at, k.watermark_at) as to_at,
        d.day_no, d.local_date, d.starts_at, d.ends_at, d.is_wanted
    from work as k
    inner join local_day as d on d.zone = k.zone and d.local_date = k.local_date
),

piece as (
    select
        agent_no * 100000 + day_no as agent_day,
        weight,
        greatest(from_at, starts_at) as from_at,
        least(to_at, ends_at) as to_at
    from placed_work
    where is_wanted
    union all
    -- What goes on past its own day, for a week at most.
    select
        k.agent_no * 100000 + d.day_no,
        k.weight,
        greatest(k.from_at, d.starts_at),
        least(k.to_at, d.ends_at)
    from placed_work as k
    inner join wanted_day as d
        on d.zone = k.zone
        and d.day_no > k.day_no
        and d.day_no <= k.day_no + 7
        and d.starts_at < k.to_at
    where k.to_at > k.ends_at
),

point as (
    select agent_day, from_at as point_at, weight from piece where from_at < to_at
    union all
    select agent_day, to_at, -weight from piece where from_at < to_at
    union all
    select agent_day, from_at, 1000000000 from standing
),

step as (
    select agent_day, point_at, cast(sum(weight) as bigint) as change
    from point
    group by agent_day, point_at
),

running as (
    select
        agent_day,
        point_at,
        change,
        cast(sum(change) over (partition by agent_day order by point_at) as bigint) as carried
    from step
),

counted as (
    select
        agent_day,
        point_at,
        carried // 1000000000 as standing_no,
        (carried - change) // 1000000000 as standing_no_before,
        case
            when carried - carried // 1000 * 1000 > 0 then 'handling'
            when carried // 1000 - carried // 1000000 * 1000 > 0 then 'wrap'
            when carried // 1000000 - carried // 1000000000 * 1000 > 0 then 'ringing'
            else ''
        end as work_state,
        case
            when (carried - change) - (carried - change) // 1000 * 1000 > 0 then 'handling'
            when (carried - change) // 1000 - (carried - change) // 1000000 * 1000 > 0 then 'wrap'
            when (carried - change) // 1000000 - (carried - change) // 1000000000 * 1000 > 0
                then 'ringing'
            else ''
        end as work_state_before
    from running
),

changed as (
    select
        c.agent_day,
        c.point_at,
        case
            when c.work_state = 'handling' or s.state = 'handling' then 'handling'
            when c.work_state = 'wrap' or s.state = 'wrap' then 'wrap'
            when c.work_state = 'ringing' or s.state = 'ringing' then 'ringing'
            else coalesce(s.state, 'off')
        end as state,
        case when c.work_state = '' then nullif(s.reason, '') end as reason,
        case when c.work_state = '' and s.state = 'available' then s.n_queues_available end
            as n_queues_available,
        coalesce(s.is_inferred, true) as is_inferred
    from counted as c
    left join standing as s on s.agent_day = c.agent_day and s.standing_no = c.standing_no
    where c.work_state <> c.work_state_before
        or (
            c.standing_no <> c.standing_no_before
            and (c.work_state = '' or s.is_told or s.is_inferred <> s.is_inferred_before)
        )
),

span as (
    select
        *,
        lead(point_at) over (partition by agent_day order by point_at) as next_at
    from changed
),

known_span as (
    select
        d.source, d.zone, d.local_date, d.agent, s.state, s.reason, s.point_at as from_at,
        least(coalesce(s.next_at, d.ends_at), d.ends_at) as to_at,
        s.n_queues_available, s.is_inferred
    from span as s
    inner join agent_day as d on d.agent_day = s.agent_day
    where s.state <> 'off'
),

-- A pause is what its reason stands for on its day: work too, such as wrap-up.
mapped_span as (
    select
        s.source, s.zone, s.local_date, s.agent, s.reason, s.from_at, s.to_at,
        s.n_queues_available, s.is_inferred, s.state as logged_state,
        coalesce(own.mapped_state, other.mapped_state, s.state) as mapped_state,
        coalesce(own.state_class, other.state_class, s.state) as state_class
    from known_span as s
    left join core.state_map as own
        on own.source = s.source and own.reason = s.reason
        and s.local_date >= own.valid_from and s.local_date < own.valid_to
    left join core.state_map as other
        on other.source = '' and other.reason = s.reason
        and s.local_date >= other.valid_from and s.local_date < other.valid_to
),

stated_span as (
    select
        *,
        case
            when state_class in ('break', 'other_work') then logged_state
            else state_class
        end as state
    from mapped_span
)

select
    md5_key(s.source || '|' || s.agent || '|' || cast(s.from_at as varchar)) as state_span_key,
    coalesce(a.agent_key, -1) as agent_key,
    s.agent as agent_id,
    s.source,
    coalesce(t.state_key, -1) as state_key,
    s.state,
    s.state_class,
    s.mapped_state,
    s.reason,
    s.from_at,
    s.to_at,
    s.local_date,
    s.zone,
    ms_between(timestamp '2000-01-01 00:00:00', s.to_at)
        - ms_between(timestamp '2000-01-01 00:00:00', s.from_at) as state_ms,
    case when s.state = 'available' then s.n_queues_available end as n_queues_available,
    s.is_inferred
from stated_span as s
left join core.dim_agent as a
    on a.agent_id = s.agent and s.local_date >= a.valid_from and s.local_date < a.valid_to
left join core.dim_state as t on t.state = s.state
where s.from_at < s.to_at
