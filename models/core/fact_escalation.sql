/*---
description: One handled contact that went to a higher level of support, by a transfer to a queue of a higher tier or by a case that was escalated. It belongs to the day of the contact.
owner: team:analytics
grain: [contact_key]
materialization: daily
metrics:
  row: escalation
  # As a contact that was passed on counts.
  credit: transfer
  attribution: contact start
  queue: f.queue_id
  agent: f.agent_id
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  reason: f.reason
  language: f.language
  known_with: fact_case
columns:
  contact_key: {tests: [not_null, unique]}
  contact_id: {tests: [not_null]}
  escalated_at: {description: "Instant (UTC) at which it first entered the higher queue, or its case was first escalated.", tests: [not_null]}
  is_by_transfer: {description: A queue of a higher tier followed one that had answered it., tests: [not_null]}
  is_by_case: {description: "A case that came from it within 400 days was escalated.", tests: [not_null]}
  queue_id: Queue of the leg that first passed it on; where nobody did, of its last leg with the customer.
  agent_id: Agent of that leg; empty when not known.
  local_date: {description: Local day on which the contact started., tests: [not_null]}
  own_local_date: Local day on which the first of those cases was opened; of the contact where there is none.
  interval_start: Quarter hour (UTC) in which the contact started.
---*/
with contact as (
    select c.*
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date
    where c.kind = 'customer' and c.is_handled
),

visit as (
    select v.contact_key, v.visit_ordinal, v.entered_at, v.outcome, q.tier
    from core.fact_queue_visit as v
    inner join ops.build_window as w on v.local_date between w.scan_from and w.scan_to
    inner join contact as c
        on c.contact_key = v.contact_key
        and v.local_date between c.local_date - interval '7' day and c.local_date + interval '7' day
    inner join core.dim_queue as q on q.queue_key = v.queue_key
    where q.tier is not null and not v.is_consult
),

tier_before as (
    select
        contact_key,
        entered_at,
        tier,
        min(case when outcome = 'answered' then tier end) over (
            partition by contact_key
            order by visit_ordinal
            rows between unbounded preceding and 1 preceding
        ) as lowest_answered
    from visit
),

passed_up as (
    select contact_key, min(entered_at) as escalated_at
    from tier_before
    where tier > lowest_answered
    group by contact_key
),

raised as (
    select k.contact_key, min(k.escalated_at) as escalated_at, min(k.local_date) as own_local_date
    from core.fact_case as k
    inner join ops.build_window as w on k.local_date between w.scan_from and w.late_to
    inner join contact as c
        on c.contact_key = k.contact_key
        and k.local_date between c.local_date - interval '7' day
            and c.local_date + interval '400' day
    where k.is_escalated
    group by k.contact_key
)

select
    c.contact_key,
    c.contact_id,
    c.source,
    c.channel,
    c.direction,
    c.site,
    c.reason,
    c.language,
    case when c.n_transfers > 0 then c.transfer_queue_id else c.credited_queue_id end as queue_id,
    case when c.n_transfers > 0 then c.transfer_agent_id else c.last_agent_id end as agent_id,
    least(p.escalated_at, r.escalated_at) as escalated_at,
    c.local_date,
    coalesce(r.own_local_date, c.local_date) as own_local_date,
    c.zone,
    c.interval_key,
    c.interval_start,
    p.contact_key is not null as is_by_transfer,
    r.contact_key is not null as is_by_case
from contact as c
left join passed_up as p on p.contact_key = c.contact_key
left join raised as r on r.contact_key = c.contact_key
where p.contact_key is not null or r.contact_key is not null
