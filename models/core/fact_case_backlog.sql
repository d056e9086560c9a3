/*---
description: One case that was still open when a local day ended. A case open over several midnights has a row for each, up to 400 days after it was opened; never add days up.
owner: team:analytics
grain: [case_key, local_date]
materialization: daily
reach: {after: 7}
metrics:
  row: open_case
  attribution: end of day
  finest: day
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  site: f.site
  reason: f.reason
columns:
  case_key: {tests: [not_null]}
  kind: 'What the case is: complaint, request or follow_up.'
  channel: 'The medium it came by: voice, chat, email, sms or social; empty when none of these.'
  site: Site of the agent to whom the case belongs; empty when not known.
  queue_id: Queue to which the case belongs; empty when none.
  agent_id: Agent to whom the case belongs; empty when none.
  local_date: {description: Local day at whose end it was open., tests: [not_null]}
  interval_start: Last quarter hour (UTC) of that day.
  age_ms: {tests: [{min: 0}]}
  is_past_due: It was due before the day ended.
---*/
with span as (
    select s.case_key, s.source, s.local_date, s.zone, s.from_local_date, s.to_local_date
    from core.fact_case_span as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.to_date
),

service_case as (
    select c.case_key, c.case_id, c.contact_key, c.kind, c.priority, c.reason, c.channel,
        c.queue_id, c.agent_id, c.opened_at, c.due_at
    from core.fact_case as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.to_date
),

evening as (
    select i.zone, i.local_date, max(i.interval_start) as last_quarter
    from core.dim_interval as i
    inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
    group by i.zone, i.local_date
),

-- A day that is not read to its end has no backlog yet.
watermark as (
    select source, max(watermark_at) as watermark_at
    from ops.feed_watermark
    group by source
)

select
    s.case_key,
    c.case_id,
    s.source,
    c.contact_key,
    c.kind,
    c.priority,
    c.reason,
    c.channel,
    a.site,
    coalesce(q.queue_key, -1) as queue_key,
    c.queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    c.agent_id,
    e.local_date,
    s.zone,
    coalesce(i.interval_key, -1) as interval_key,
    e.last_quarter as interval_start,
    greatest(ms_between(c.opened_at, e.last_quarter + interval '15' minute), 0) as age_ms,
    coalesce(c.due_at < e.last_quarter + interval '15' minute, false) as is_past_due
from span as s
inner join service_case as c on c.case_key = s.case_key
inner join watermark as m on m.source = s.source
inner join evening as e
    on e.zone = s.zone
    and e.local_date >= s.from_local_date
    and e.local_date <= s.local_date + interval '400' day
    and (s.to_local_date is null or e.local_date < s.to_local_date)
    and e.last_quarter + interval '15' minute <= m.watermark_at
left join core.dim_queue as q
    on q.queue_id = c.queue_id and e.local_date >= q.valid_from and e.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = c.agent_id and e.local_date >= a.valid_from and e.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = s.zone and i.interval_start = e.last_quarter
