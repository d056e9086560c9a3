/*---
description: One complaint, request or follow-up, with what came of it. It belongs to the day it was opened, to the agent and queue to which it belongs.
owner: team:analytics
grain: [case_key]
materialization: daily
reach: {before: 1, after: 7}
metrics:
  row: service_case
  attribution: case opened
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  site: f.site
  reason: coalesce(f.reason, f.contact_reason)
  unfinished: is_open
columns:
  case_key: {tests: [not_null, unique]}
  case_id: {tests: [not_null]}
  contact_key: Key of the contact that it came from; empty when not known.
  kind: {description: 'What the case is: complaint, request or follow_up.', tests: [not_null, {allowed: [complaint, request, follow_up]}]}
  channel: 'The medium it came by: voice, chat, email, sms or social; empty when none of these.'
  site: Site of the agent to whom it belongs; empty when not known.
  queue_id: Queue to which it belongs; empty when none.
  agent_id: Agent to whom it belongs; empty when none.
  contact_reason: Reason of the contact of the week before that it came from; empty when not known.
  opened_at: {tests: [not_null]}
  local_date: {description: Local day on which it was opened., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which it was opened.
  is_open: Neither resolved nor cancelled as far as the data goes.
---*/
with service_case as (
    select c.*, md5_key(c.source || '|' || c.case_id) as case_key
    from staging.service_case as c
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date
),

-- The same contact's earlier complaint, of a week at most so that a narrow build sees it.
followed as (
    select
        c.source,
        c.case_id,
        c.local_date,
        lag(c.local_date) over (
            partition by coalesce(c.contact_source, c.source), c.contact_id, c.kind
            order by c.opened_at, c.source, c.case_id
        ) as date_before
    from staging.service_case as c
    inner join ops.build_window as w on c.local_date between w.scan_from and w.to_date
    where c.contact_id is not null
),

first_of_contact as (
    select f.source, f.case_id
    from followed as f
    where f.date_before is null or f.date_before < f.local_date - interval '7' day
),

span as (
    select
        s.case_key,
        s.from_at,
        s.to_at,
        s.end_kind,
        s.is_last,
        s.span_ordinal,
        lag(s.to_at) over by_time as resolved_before_at,
        lag(s.end_kind) over by_time as end_before
    from core.fact_case_span as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
    window by_time as (partition by s.case_key order by s.span_ordinal)
),

course as (
    select
        case_key,
        count(*) - 1 as n_reopened,
        count(*) filter (
            where end_before = 'resolved' and from_at <= resolved_before_at + interval '30' day
        ) as n_reopened_soon,
        min(to_at) filter (where end_kind = 'resolved') as first_resolved_at,
        max(case when is_last and end_kind = 'resolved' then to_at end) as resolved_at,
        max(case when is_last and end_kind = 'cancelled' then to_at end) as cancelled_at
    from span
    group by case_key
),

event as (
    select
        e.source,
        e.case_id,
        min(e.event_at) filter (where e.event = 'replied') as first_reply_at,
        min(e.event_at) filter (where e.event = 'escalated') as escalated_at
    from staging.service_case_event as e
    inner join ops.build_window as w on e.local_date between w.scan_from and w.late_to
    inner join service_case as c
        on c.source = e.source
        and c.case_id = e.case_id
        and e.local_date between c.local_date - interval '7' day
            and c.local_date + interval '400' day
    group by e.source, e.case_id
),

contact as (
    select k.contact_key, k.local_date, k.reason
    from core.fact_contact as k
    inner join ops.build_window as w on k.local_date between w.scan_from and w.scan_to
    where k.reason is not null
)

select
    c.case_key,
    c.case_id,
    c.source,
    md5_key(c.source || '|' || c.parent_case_id) as parent_case_key,
    md5_key(coalesce(c.contact_source, c.source) || '|' || c.contact_id) as contact_key,
    c.contact_id,
    c.kind,
    c.priority,
    c.reason,
    k.reason as contact_reason,
    c.channel,
    a.site,
    coalesce(q.queue_key, -1) as queue_key,
    c.queue as queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    c.agent as agent_id,
    c.customer_ref,
    c.opened_at,
    c.due_at,
    e.first_reply_at,
    e.escalated_at,
    s.first_resolved_at,
    s.resolved_at,
    s.cancelled_at,
    c.local_date,
    c.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(c.opened_at) as interval_start,
    ms_between(c.opened_at, s.first_resolved_at) as first_resolution_ms,
    ms_between(c.opened_at, s.resolved_at) as resolution_ms,
    s.n_reopened,
    s.n_reopened_soon > 0 as is_reopened,
    e.escalated_at is not null as is_escalated,
    s.resolved_at <= c.due_at as is_resolved_in_time,
    f.case_id is not null as is_first_of_contact,
    s.cancelled_at is not null as is_cancelled,
    s.resolved_at is null and s.cancelled_at is null as is_open
from service_case as c
inner join course as s on s.case_key = c.case_key
left join event as e on e.source = c.source and e.case_id = c.case_id
left join first_of_contact as f on f.source = c.source and f.case_id = c.case_id
left join contact as k
    on k.contact_key = md5_key(coalesce(c.contact_source, c.source) || '|' || c.contact_id)
    and k.local_date between c.local_date - interval '7' day and c.local_date + interval '1' day
left join core.dim_queue as q
    on q.queue_id = c.queue and c.local_date >= q.valid_from and c.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = c.agent and c.local_date >= a.valid_from and c.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = c.zone and i.interval_start = bucket15(c.opened_at)
