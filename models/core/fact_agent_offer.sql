/*---
description: One ring at one agent for one visit, and how it ended.
owner: team:analytics
grain: [offer_key]
materialization: daily
metrics:
  row: offer
  attribution: offer
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
columns:
  offer_key: {tests: [not_null, unique]}
  visit_key: {description: The visit that was offered., tests: [not_null]}
  agent_id: {description: Agent rung., tests: [not_null]}
  local_date: {description: Local day on which the ring began., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the ring began.
  outcome:
    description: "How the ring ended: answered, no_answer, declined (rejected or cut short by the agent), caller_left, lost_to_other, dumped."
    tests: [not_null]
  is_consult: The ring was for a consultation call of an agent.
---*/
with offer as (
    select o.*
    from staging.agent_offer as o
    inner join ops.build_window as w on o.local_date between w.from_date and w.to_date
),

visit as (
    select
        v.source, v.contact_id, v.queue, v.entered_at, v.entry_repeat, v.local_date, v.is_consult
    from staging.queue_visit as v
    inner join ops.build_window as w on v.local_date between w.scan_from and w.scan_to
)

select
    md5_key(
        o.source || '|' || o.contact_id || '|' || o.queue || '|' || cast(o.entered_at as varchar)
        || '|' || cast(o.entry_repeat as varchar) || '|' || cast(o.offer_ordinal as varchar)
    ) as offer_key,
    md5_key(
        o.source || '|' || o.contact_id || '|' || o.queue || '|' || cast(o.entered_at as varchar)
        || '|' || cast(o.entry_repeat as varchar)
    ) as visit_key,
    md5_key(o.source || '|' || o.contact_id) as contact_key,
    o.contact_id,
    o.source,
    coalesce(q.queue_key, -1) as queue_key,
    o.queue as queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    o.agent as agent_id,
    o.offered_at,
    o.local_date,
    o.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(o.offered_at) as interval_start,
    o.ring_ms,
    o.outcome,
    coalesce(v.is_consult, false) as is_consult
from offer as o
left join visit as v
    on v.source = o.source
    and v.contact_id = o.contact_id
    and v.queue = o.queue
    and v.entered_at = o.entered_at
    and v.entry_repeat = o.entry_repeat
    and v.local_date between o.local_date - interval '7' day and o.local_date + interval '7' day
left join core.dim_queue as q
    on q.queue_id = o.queue and o.local_date >= q.valid_from and o.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = o.agent and o.local_date >= a.valid_from and o.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = o.zone and i.interval_start = bucket15(o.offered_at)
