/*---
description: One node that a customer passed in a session of a menu or bot; it belongs to the day of its session.
owner: team:analytics
grain: [step_key]
materialization: daily
columns:
  step_key: {tests: [not_null, unique]}
  session_key: {tests: [not_null]}
  session_id: {tests: [not_null]}
  step_ordinal: {tests: [not_null, {min: 1}]}
  kind: 'What was entered: ivr (a menu driven by keys or speech) or bot; empty when the session is not there.'
  direction: {tests: [not_null]}
  entered_at: {description: When the customer came to the node (UTC)., tests: [not_null]}
  left_at: When the customer left the node (UTC); empty while open or when the source does not tell.
  local_date: {description: 'Local day of the session, else of the step.', tests: [not_null]}
  own_local_date: Local day of the step.
  interval_start: Quarter hour (UTC) of the session; of the step where the session is not there.
  queue_id: Queue of the contact's last leg with a customer; empty when it had none.
  outcome: 'How the step ended: passed, done (its task was reached), failed, no_input, no_match, hung_up, transferred, error; empty when not known.'
  step_ms: {tests: [{min: 0}]}
  is_last: No later step of the session is known.
---*/
with step as (
    select
        p.*,
        md5_key(p.source || '|' || p.session_id) as session_key,
        lead(p.step_ordinal) over (
            partition by p.source, p.session_id
            order by p.step_ordinal
        ) as next_ordinal,
        lead(p.entered_at) over (
            partition by p.source, p.session_id
            order by p.step_ordinal
        ) as next_at
    from staging.ivr_step as p
    inner join ops.build_window as w on p.local_date between w.scan_from and w.late_to
),

session as (
    select s.*
    from core.fact_ivr_session as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.scan_to
),

placed as (
    select
        p.source,
        p.session_key,
        p.session_id,
        p.step_ordinal,
        p.node,
        p.task,
        p.outcome,
        p.entered_at,
        -- Most systems log only when a node was entered: the next one ends it.
        coalesce(p.left_at, p.next_at) as left_at,
        p.next_ordinal is null as is_last,
        p.local_date as own_local_date,
        coalesce(s.local_date, p.local_date) as local_date,
        case when s.session_key is null then p.zone else s.zone end as zone,
        case when s.session_key is null then bucket15(p.entered_at) else s.interval_start end
            as interval_start,
        s.contact_key,
        s.kind,
        s.channel,
        coalesce(s.direction, 'inbound') as direction,
        s.site,
        coalesce(s.queue_key, -1) as queue_key,
        s.queue_id
    from step as p
    left join session as s
        on s.session_key = p.session_key
        and s.local_date between p.local_date - interval '400' day
            and p.local_date + interval '7' day
)

select
    md5_key(p.source || '|' || p.session_id || '|' || cast(p.step_ordinal as varchar)) as step_key,
    p.session_key,
    p.session_id,
    p.source,
    p.contact_key,
    p.step_ordinal,
    p.kind,
    p.channel,
    p.direction,
    p.site,
    p.queue_key,
    p.queue_id,
    p.node,
    p.task,
    p.outcome,
    p.entered_at,
    p.left_at,
    ms_between(p.entered_at, p.left_at) as step_ms,
    p.own_local_date,
    p.local_date,
    p.zone,
    coalesce(i.interval_key, -1) as interval_key,
    p.interval_start,
    p.task is not null as is_task,
    p.is_last
from placed as p
inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
left join core.dim_interval as i
    on i.zone = p.zone and i.interval_start = p.interval_start
