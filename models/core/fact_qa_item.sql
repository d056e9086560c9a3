/*---
description: One line of an evaluation form as filled in. It belongs to the day of its evaluation's contact.
owner: team:analytics
grain: [evaluation_item_key]
materialization: daily
metrics:
  row: evaluation_item
  attribution: contact start
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  reason: f.reason
  language: f.language
columns:
  evaluation_item_key: {description: Key of the line of this evaluation., tests: [not_null, unique]}
  evaluation_key: {description: Key of the evaluation., tests: [not_null]}
  evaluation_id: {description: The source's identifier of the evaluation., tests: [not_null]}
  qa_item_key: Key of the line in its version of the form; -1 when not known.
  item: {description: "Line of the form, by the name or number it keeps there.", tests: [not_null]}
  topic: "What the line judges: script, policy, communication, problem_solving or other; empty when not known."
  criticality: "Whom an error in the line harms: none, customer, business or compliance; empty when not known."
  contact_key: Key of the contact evaluated; empty when not known.
  contact_id: Identifier of the contact evaluated; empty when not known.
  is_linked: {description: The contact evaluated is known., tests: [not_null]}
  channel: The medium of the contact; empty when not linked.
  direction: Who began the contact; empty when not linked.
  site: Site of the contact; empty when not known.
  reason: Reason of the contact as the source has it; empty when not known.
  language: Language of the contact; empty when not known.
  queue_id: Queue of the evaluated agent's last leg with the customer.
  agent_id: Agent evaluated; empty when the evaluation is not there.
  evaluated_at: {description: "When the form was completed (UTC); when it was begun, for a draft.", tests: [not_null]}
  local_date: {description: "Local day on which the contact started, else on which it was evaluated.", tests: [not_null]}
  own_local_date: {description: Local day of the evaluation., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact started, else in which it was evaluated.
  weight: Weight of the line in the score.
  points: Points given; empty when not scored.
  max_points: Most points that can be given.
  is_counted: {description: Of a completed evaluation that is no calibration., tests: [not_null]}
  is_applicable: {description: Concerns this contact., tests: [not_null]}
  is_scored: {description: Concerns this contact and was scored., tests: [not_null]}
  is_met: All points were given; empty when not scored.
  is_fatal: {description: An error in it makes the score of the whole form 0., tests: [not_null]}
---*/
with item as (
    select i.*, md5_key(i.source || '|' || i.evaluation_id) as evaluation_key
    from staging.qa_item as i
    inner join ops.build_window as w on i.local_date between w.scan_from and w.late_to
),

evaluation as (
    select e.*
    from core.fact_qa_evaluation as e
    inner join ops.build_window as w on e.local_date between w.linked_from and w.scan_to
),

placed as (
    select
        i.source, i.evaluation_key, i.evaluation_id, i.item, i.topic, i.criticality, i.evaluated_at,
        i.weight, i.points, i.max_points, i.is_applicable, i.is_fatal,
        i.local_date as own_local_date,
        e.form, e.form_version, e.contact_key, e.contact_id,
        coalesce(e.is_linked, false) as is_linked,
        coalesce(e.is_counted, false) as is_counted,
        e.channel, e.direction, e.site, e.reason, e.language, e.queue_key, e.queue_id,
        e.agent_key, e.agent_id,
        coalesce(e.local_date, i.local_date) as local_date,
        coalesce(e.zone, i.zone) as zone,
        coalesce(e.interval_start, bucket15(i.evaluated_at)) as interval_start
    from item as i
    left join evaluation as e
        on e.evaluation_key = i.evaluation_key
        and e.local_date between i.local_date - interval '400' day
        and i.local_date + interval '7' day
)

select
    md5_key(p.source || '|' || p.evaluation_id || '|' || p.item) as evaluation_item_key,
    p.evaluation_key,
    p.evaluation_id,
    p.source,
    coalesce(d.qa_item_key, -1) as qa_item_key,
    p.item,
    p.topic,
    p.criticality,
    p.contact_key,
    p.contact_id,
    p.is_linked,
    p.channel,
    p.direction,
    p.site,
    p.reason,
    p.language,
    coalesce(p.queue_key, -1) as queue_key,
    p.queue_id,
    coalesce(p.agent_key, -1) as agent_key,
    p.agent_id,
    p.evaluated_at,
    p.local_date,
    p.own_local_date,
    p.zone,
    coalesce(n.interval_key, -1) as interval_key,
    p.interval_start,
    p.weight,
    p.points,
    p.max_points,
    p.is_counted,
    p.is_applicable,
    p.is_applicable and p.points is not null as is_scored,
    case when p.is_applicable then p.points >= p.max_points end as is_met,
    p.is_fatal
from placed as p
inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
left join core.dim_qa_item as d
    on d.qa_item_key = md5_key(
        p.source || '|' || coalesce(p.form, '') || '|' || coalesce(p.form_version, '')
        || '|' || p.item || '|' || coalesce(p.topic, '') || '|' || cast(p.weight as varchar)
        || '|' || cast(p.max_points as varchar) || '|' || coalesce(p.criticality, '')
        || '|' || cast(p.is_fatal as varchar)
    )
left join core.dim_interval as n on n.zone = p.zone and n.interval_start = p.interval_start
