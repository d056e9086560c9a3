/*---
description: One contact end to end, with what its visits and legs add up to. It belongs whole to the day it started; its sums are of the week before and after.
owner: team:analytics
grain: [contact_key]
materialization: daily
metrics:
  - row: contact
    attribution: contact start
    queue: f.credited_queue_id
    agent: f.last_agent_id
    channel: f.channel
    direction: f.direction
    site: coalesce(f.site, a.site)
    reason: f.reason
    language: f.language
    unfinished: is_open
  # A transfer is the transferring agent's.
  - row: passed_contact
    credit: transfer
    attribution: contact start
    queue: case when f.n_transfers > 0 then f.transfer_queue_id else f.credited_queue_id end
    agent: case when f.n_transfers > 0 then f.transfer_agent_id else f.last_agent_id end
    channel: f.channel
    direction: f.direction
    site: coalesce(f.site, a.site)
    reason: f.reason
    language: f.language
    unfinished: is_open
  # An agent's work, whoever began it: where hours are counted that went into both directions.
  - row: worked_contact
    credit: work
    attribution: contact start
    agent: f.last_agent_id
    site: coalesce(f.site, a.site)
    unfinished: is_open
columns:
  contact_key: {tests: [not_null, unique]}
  contact_id: {tests: [not_null]}
  direction: {tests: [not_null]}
  kind: {tests: [not_null]}
  started_at: {tests: [not_null]}
  local_date: {description: Local day on which it started., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which it started.
  wait_ms: Waits of all its visits together; empty while none is known.
  talk_ms: Talk time of its legs with a customer; empty while any of them is not known.
  hold_ms: Hold time of its legs with a customer; empty while any of them is not known.
  wrap_ms: Wrap-up time of its legs with a customer; empty while any of them is not known.
  n_segments: Legs with a customer.
  n_transfers: Legs that ended in a transfer.
  is_abandoned: Nobody handled it, and the caller gave up in the last queue.
  reason_group: 'Group its reason belongs to, as the source has it.'
  is_recorded: The source names a recording of it.
  is_open: Not ended as far as the data goes.
---*/
with contact as (
    select c.*, md5_key(c.source || '|' || c.contact_id) as contact_key
    from staging.contact as c
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date
),

visit as (
    select v.contact_key, v.visit_ordinal, v.queue_id, v.queue_key, v.outcome, v.wait_ms
    from core.fact_queue_visit as v
    inner join ops.build_window as w on v.local_date between w.scan_from and w.scan_to
    inner join contact as c
        on c.contact_key = v.contact_key
        and v.local_date between c.local_date - interval '7' day and c.local_date + interval '7' day
),

waited as (
    select
        contact_key,
        count(*) as n_visits,
        count(*) filter (where outcome = 'answered') as n_answered_visits,
        sum(wait_ms) as wait_ms,
        min(visit_ordinal) as first_ordinal,
        max(visit_ordinal) as last_ordinal
    from visit
    group by contact_key
),

leg as (
    select s.contact_key, s.segment_ordinal, s.queue_id, s.agent_id, s.agent_key,
        s.talk_ms, s.hold_ms, s.wrap_ms, s.is_transfer
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.scan_to
    inner join contact as c
        on c.contact_key = s.contact_key
        and s.local_date between c.local_date - interval '7' day and c.local_date + interval '7' day
    where s.role = 'customer'
),

handled as (
    select
        contact_key,
        count(*) as n_segments,
        count(*) filter (where is_transfer) as n_transfers,
        case when count(talk_ms) = count(*) then sum(talk_ms) end as talk_ms,
        case when count(hold_ms) = count(*) then sum(hold_ms) end as hold_ms,
        case when count(wrap_ms) = count(*) then sum(wrap_ms) end as wrap_ms,
        min(segment_ordinal) as first_ordinal,
        max(segment_ordinal) as last_ordinal,
        min(segment_ordinal) filter (where is_transfer) as transfer_ordinal
    from leg
    group by contact_key
),

refused as (
    select r.contact_key, count(*) as n_refusals
    from core.fact_queue_refusal as r
    inner join ops.build_window as w on r.local_date between w.scan_from and w.scan_to
    inner join contact as c
        on c.contact_key = r.contact_key
        and r.local_date between c.local_date - interval '7' day and c.local_date + interval '7' day
    group by r.contact_key
)

select
    c.contact_key,
    c.contact_id,
    c.root_contact_id,
    c.source,
    c.channel,
    c.direction,
    c.kind,
    coalesce(home.site, c.site) as site,
    c.customer_ref,
    c.started_at,
    c.ended_at,
    c.local_date,
    c.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(c.started_at) as interval_start,
    c.entry_point,
    c.reason,
    c.reason_group,
    c.disposition,
    c.language,
    c.recording_ref is not null as is_recorded,
    first_visit.queue_id as first_queue_id,
    coalesce(first_visit.queue_key, -1) as first_queue_key,
    last_visit.queue_id as last_queue_id,
    coalesce(last_visit.queue_key, -1) as last_queue_key,
    first_leg.agent_id as first_agent_id,
    coalesce(first_leg.agent_key, -1) as first_agent_key,
    last_leg.agent_id as last_agent_id,
    coalesce(last_leg.agent_key, -1) as last_agent_key,
    last_leg.queue_id as credited_queue_id,
    transfer_leg.agent_id as transfer_agent_id,
    transfer_leg.queue_id as transfer_queue_id,
    coalesce(v.n_visits, 0) as n_visits,
    coalesce(v.n_answered_visits, 0) as n_answered_visits,
    coalesce(h.n_segments, 0) as n_segments,
    coalesce(h.n_transfers, 0) as n_transfers,
    coalesce(r.n_refusals, 0) as n_refusals,
    cast(v.wait_ms as bigint) as wait_ms,
    cast(h.talk_ms as bigint) as talk_ms,
    cast(h.hold_ms as bigint) as hold_ms,
    cast(h.wrap_ms as bigint) as wrap_ms,
    h.contact_key is not null as is_handled,
    h.contact_key is null and coalesce(last_visit.outcome = 'abandoned', false) as is_abandoned,
    c.is_open,
    c.is_in_queue_log,
    c.is_in_cdr
from contact as c
left join waited as v on v.contact_key = c.contact_key
left join visit as first_visit
    on first_visit.contact_key = v.contact_key and first_visit.visit_ordinal = v.first_ordinal
left join visit as last_visit
    on last_visit.contact_key = v.contact_key and last_visit.visit_ordinal = v.last_ordinal
left join handled as h on h.contact_key = c.contact_key
left join leg as first_leg
    on first_leg.contact_key = h.contact_key and first_leg.segment_ordinal = h.first_ordinal
left join leg as last_leg
    on last_leg.contact_key = h.contact_key and last_leg.segment_ordinal = h.last_ordinal
left join leg as transfer_leg
    on transfer_leg.contact_key = h.contact_key
    and transfer_leg.segment_ordinal = h.transfer_ordinal
left join refused as r on r.contact_key = c.contact_key
-- The queue it came to first says the site, where its source names one for all that it has.
left join core.dim_queue as home
    on home.queue_id = c.site_queue
    and c.local_date >= home.valid_from and c.local_date < home.valid_to
left join core.dim_interval as i
    on i.zone = c.zone and i.interval_start = bucket15(c.started_at)
