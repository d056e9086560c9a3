/*---
description: One promise that a case would be resolved by a certain time, on the day it fell due, and whether it was kept.
owner: team:analytics
grain: [case_key]
materialization: daily
reach: {after: 38}
metrics:
  row: case_promise
  attribution: case due
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  site: f.site
  reason: coalesce(f.reason, f.contact_reason)
  unfinished: is_resolved_in_time is null
columns:
  case_key: {tests: [not_null, unique]}
  kind: 'What the case is: complaint, request or follow_up.'
  channel: 'The medium it came by: voice, chat, email, sms or social; empty when none of these.'
  site: Site of the agent to whom the case belongs; empty when not known.
  queue_id: Queue to which the case belongs; empty when none.
  agent_id: Agent to whom the case belongs; empty when none.
  contact_reason: Reason of the contact that it came from; empty when not known, and when it is due more than 31 days after it was opened.
  due_at: {tests: [not_null]}
  local_date: {description: 'Local day on which it is due.', tests: [not_null]}
  interval_start: Quarter hour (UTC) in which it is due.
  is_resolved_in_time: It was resolved at the time it was due; empty while that time has not come, and when it was cancelled before.
  is_past_due: It was open at the time it was due.
---*/
with promise as (
    select
        c.*,
        coalesce(i.local_date, cast(c.due_at as date)) as due_date,
        coalesce(i.interval_key, -1) as due_interval_key
    from core.fact_case as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
    left join core.dim_interval as i
        on i.zone = c.zone and i.interval_start = bucket15(c.due_at)
    where c.due_at is not null
),

wanted as (
    select p.*
    from promise as p
    inner join ops.build_window as w on p.due_date between w.from_date and w.to_date
    where p.due_date between p.local_date - interval '7' day and p.local_date + interval '400' day
),

span as (
    select s.case_key, s.from_at, s.to_at, s.end_kind
    from core.fact_case_span as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.scan_to
),

-- The stretch that the time of the promise falls into, or the last one before it.
at_due as (
    select
        p.case_key,
        s.to_at,
        s.end_kind,
        row_number() over (partition by p.case_key order by s.from_at desc, s.to_at desc) as place
    from wanted as p
    inner join span as s
        on s.case_key = p.case_key and s.from_at <= greatest(p.due_at, p.opened_at)
),

watermark as (
    select source, max(watermark_at) as watermark_at
    from ops.feed_watermark
    group by source
),

judged as (
    select
        p.*,
        coalesce(d.to_at <= p.due_at and d.end_kind = 'resolved', false) as was_resolved,
        coalesce(d.to_at <= p.due_at and d.end_kind = 'cancelled', false) as was_cancelled,
        coalesce(p.due_at <= m.watermark_at, false) as has_come
    from wanted as p
    inner join at_due as d on d.case_key = p.case_key and d.place = 1
    left join watermark as m on m.source = p.source
)

select
    j.case_key,
    j.case_id,
    j.source,
    j.contact_key,
    j.kind,
    j.priority,
    j.reason,
    -- What a contact says later reaches no further than it is built again.
    case when j.due_date <= j.local_date + interval '31' day then j.contact_reason end
        as contact_reason,
    j.channel,
    j.site,
    coalesce(q.queue_key, -1) as queue_key,
    j.queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    j.agent_id,
    j.opened_at,
    j.due_at,
    j.due_date as local_date,
    j.zone,
    j.due_interval_key as interval_key,
    bucket15(j.due_at) as interval_start,
    -- Known before its time is only the half that went well, and even that may be opened again.
    case when j.has_come and not j.was_cancelled then j.was_resolved end as is_resolved_in_time,
    j.has_come and not j.was_resolved and not j.was_cancelled as is_past_due
from judged as j
left join core.dim_queue as q
    on q.queue_id = j.queue_id and j.due_date >= q.valid_from and j.due_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = j.agent_id and j.due_date >= a.valid_from and j.due_date < a.valid_to
