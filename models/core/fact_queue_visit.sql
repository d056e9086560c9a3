/*---
description: One entry of a contact into one queue, whatever became of it. Consultation calls of agents are here too, marked is_consult.
owner: team:analytics
grain: [visit_key]
materialization: daily
metrics:
  row: visit
  attribution: queue entry
  queue: f.queue_id
  queue_version: f.queue_key
  channel: f.channel
  direction: f.direction
  site: f.site
  unfinished: outcome = 'open'
columns:
  visit_key: {tests: [not_null, unique]}
  contact_key: {tests: [not_null]}
  queue_id: {tests: [not_null]}
  agent_key: The agent who answered, as of the day of entry.
  agent_id: Who answered; empty when nobody did.
  local_date: {description: Local day of entry in the queue's zone., tests: [not_null]}
  interval_start: Quarter hour (UTC) of entry.
  is_live_channel: {description: Both sides are there at once; also where the channel is not known., tests: [not_null]}
  outcome: {tests: [not_null]}
  is_answered: {description: An agent was connected., tests: [not_null]}
  is_consult: A consultation call of an agent and not a customer.
  wait_ms: {tests: [{min: 0}]}
  is_in_counted_hours: {tests: [not_null]}
  talk_ms: Talk time of the visit's legs; empty while any of them is not known.
  hold_ms: Hold time of the visit's legs; empty while any of them is not known.
  wrap_ms: Wrap-up time of the visit's legs; empty while any of them is not known.
---*/
with visit as (
    select v.*
    from staging.queue_visit as v
    inner join ops.build_window as w on v.local_date between w.from_date and w.to_date
),

contact as (
    select c.source, c.contact_id, c.local_date, c.channel, c.direction, c.kind,
        coalesce(home.site, c.site) as site
    from staging.contact as c
    inner join ops.build_window as w on c.local_date between w.scan_from and w.scan_to
    -- The queue it came to first says the site, where its source names one for all that it has.
    left join core.dim_queue as home
        on home.queue_id = c.site_queue
        and c.local_date >= home.valid_from and c.local_date < home.valid_to
),

segment as (
    select s.visit_key, s.segment_ordinal, s.agent_id, s.local_date,
        s.talk_ms, s.hold_ms, s.wrap_ms
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.scan_to
    where s.visit_key is not null
),

keyed as (
    select
        *,
        md5_key(
            source || '|' || contact_id || '|' || queue || '|' || cast(entered_at as varchar)
            || '|' || cast(entry_repeat as varchar)
        ) as visit_key
    from visit
),

leg as (
    select s.*
    from segment as s
    inner join keyed as v
        on v.visit_key = s.visit_key
        and s.local_date between v.local_date - interval '7' day
            and v.local_date + interval '7' day
),

handled as (
    select
        visit_key,
        min(segment_ordinal) as first_ordinal,
        case when count(talk_ms) = count(*) then sum(talk_ms) end as talk_ms,
        case when count(hold_ms) = count(*) then sum(hold_ms) end as hold_ms,
        case when count(wrap_ms) = count(*) then sum(wrap_ms) end as wrap_ms
    from leg
    group by visit_key
),

answer as (
    select h.*, l.agent_id
    from handled as h
    inner join leg as l on l.visit_key = h.visit_key and l.segment_ordinal = h.first_ordinal
),

-- The queue as it was set up on the day of entry, and whether it was open.
entry as (
    select
        v.*,
        q.queue_key,
        q.channel,
        q.service_level_s,
        q.short_abandon_s,
        q.is_out_of_hours_counted,
        case
            when q.calendar is null then true
            else ms_between(b.interval_start, v.entered_at) >= b.opens_ms
                and ms_between(b.interval_start, v.entered_at) < b.opens_ms + b.open_ms
        end as is_in_hours
    from keyed as v
    left join core.dim_queue as q
        on q.queue_id = v.queue and v.local_date >= q.valid_from and v.local_date < q.valid_to
    left join core.business_interval as b
        on b.calendar = q.calendar
        and b.zone = v.zone
        and b.interval_start = bucket15(v.entered_at)
)

select
    v.visit_key,
    md5_key(v.source || '|' || v.contact_id) as contact_key,
    v.contact_id,
    v.source,
    coalesce(v.queue_key, -1) as queue_key,
    v.queue as queue_id,
    coalesce(o.outcome_key, -1) as outcome_key,
    v.outcome,
    coalesce(a.agent_key, -1) as agent_key,
    h.agent_id,
    coalesce(c.channel, v.channel) as channel,
    coalesce(m.is_live, true) as is_live_channel,
    coalesce(c.direction, 'inbound') as direction,
    coalesce(c.kind, case when v.is_consult then 'consult' else 'customer' end) as kind,
    c.site,
    v.entered_at,
    v.left_at,
    v.local_date,
    v.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(v.entered_at) as interval_start,
    v.visit_ordinal,
    v.wait_ms,
    v.outcome = 'answered' as is_answered,
    v.is_consult,
    v.is_in_hours,
    coalesce(v.is_in_hours or v.is_out_of_hours_counted, true) as is_in_counted_hours,
    coalesce(v.wait_ms <= v.service_level_s * 1000, false) as is_within_threshold,
    coalesce(v.outcome = 'abandoned' and v.wait_ms <= v.short_abandon_s * 1000, false)
        as is_short_abandon,
    v.next_step,
    v.next_queue as next_queue_id,
    v.position_in,
    v.position_out,
    cast(h.talk_ms as bigint) as talk_ms,
    cast(h.hold_ms as bigint) as hold_ms,
    cast(h.wrap_ms as bigint) as wrap_ms
from entry as v
left join contact as c
    on c.source = v.source
    and c.contact_id = v.contact_id
    and c.local_date between v.local_date - interval '7' day and v.local_date + interval '7' day
left join core.dim_channel as m
    on m.channel = coalesce(c.channel, v.channel) and m.channel_key <> -1
left join answer as h on h.visit_key = v.visit_key
left join core.dim_agent as a
    on a.agent_id = h.agent_id and v.local_date >= a.valid_from and v.local_date < a.valid_to
left join core.dim_outcome as o on o.outcome = v.outcome
left join core.dim_interval as i
    on i.zone = v.zone and i.interval_start = bucket15(v.entered_at)
