/*---
description: One resolution of a case; a case that was reopened has several. It belongs to the day of the resolution, to the agent and queue to which the case belongs.
owner: team:analytics
grain: [case_key, span_ordinal]
materialization: daily
reach: {before: 31, after: 38}
metrics:
  row: case_resolution
  attribution: case resolved
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  site: f.site
  reason: coalesce(f.reason, f.contact_reason)
  unfinished: not is_mature
columns:
  case_key: {tests: [not_null]}
  span_ordinal: {tests: [not_null]}
  kind: 'What the case is: complaint, request or follow_up.'
  channel: 'The medium it came by: voice, chat, email, sms or social; empty when none of these.'
  site: Site of the agent to whom the case belongs; empty when not known.
  queue_id: Queue to which the case belongs; empty when none.
  agent_id: Agent to whom the case belongs; empty when none.
  contact_reason: Reason of the contact that it came from; empty when not known, and when it was resolved more than 31 days after it was opened.
  resolved_at: {description: When it was resolved (UTC)., tests: [not_null]}
  local_date: {description: Local day of the resolution., tests: [not_null]}
  interval_start: Quarter hour (UTC) of the resolution.
  resolution_ms: {description: Milliseconds from the opening of the case to this resolution., tests: [{min: 0}]}
  is_reopened: The case was reopened within 30 days of this resolution.
  is_mature: Data of the source were read past those 30 days.
---*/
with span as (
    select
        s.*,
        lead(s.from_at) over (partition by s.case_key order by s.span_ordinal) as reopened_at
    from core.fact_case_span as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.scan_to
),

service_case as (
    select c.case_key, c.local_date, c.kind, c.priority, c.reason, c.contact_reason, c.channel,
        c.site, c.queue_id, c.agent_id, c.contact_key, c.opened_at
    from core.fact_case as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

watermark as (
    select source, max(watermark_at) as watermark_at
    from ops.feed_watermark
    group by source
)

select
    s.case_key,
    s.span_ordinal,
    s.case_id,
    s.source,
    c.contact_key,
    c.kind,
    c.priority,
    c.reason,
    -- What a contact says later reaches no further than it is built again.
    case when s.to_local_date <= c.local_date + interval '31' day then c.contact_reason end
        as contact_reason,
    c.channel,
    c.site,
    coalesce(q.queue_key, -1) as queue_key,
    c.queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    c.agent_id,
    c.opened_at,
    s.to_at as resolved_at,
    s.to_local_date as local_date,
    s.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(s.to_at) as interval_start,
    ms_between(c.opened_at, s.to_at) as resolution_ms,
    coalesce(s.reopened_at <= s.to_at + interval '30' day, false) as is_reopened,
    coalesce(s.to_at + interval '30' day <= m.watermark_at, false) as is_mature
from span as s
inner join ops.build_window as w on s.to_local_date between w.from_date and w.to_date
inner join service_case as c on c.case_key = s.case_key
left join watermark as m on m.source = s.source
left join core.dim_queue as q
    on q.queue_id = c.queue_id
    and s.to_local_date >= q.valid_from and s.to_local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = c.agent_id
    and s.to_local_date >= a.valid_from and s.to_local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = s.zone and i.interval_start = bucket15(s.to_at)
where s.end_kind = 'resolved'
