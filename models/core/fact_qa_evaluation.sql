/*---
description: "One evaluation form filled in about how an agent handled a contact, with what its lines add up to. It belongs to the day of the contact, however late it was made; without a contact to its own."
owner: team:analytics
grain: [evaluation_key]
materialization: daily
metrics:
  - row: evaluation
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
  # That a contact was evaluated at all counts where the contact does.
  - row: evaluated_contact
    credit: contact
    attribution: contact start
    queue: f.contact_queue_id
    agent: f.contact_agent_id
    channel: f.channel
    direction: f.direction
    site: coalesce(f.site, a.site)
    reason: f.reason
    language: f.language
columns:
  evaluation_key: {description: Key of the evaluation., tests: [not_null, unique]}
  evaluation_id: {description: The source's identifier of the evaluation., tests: [not_null]}
  contact_key: Key of the contact evaluated; empty when not known.
  contact_id: Identifier of the contact evaluated; empty when not known.
  is_linked: {description: The contact evaluated is known., tests: [not_null]}
  is_contact_handled: The contact has at least one leg with a customer; empty when not linked.
  channel: The medium of the contact; empty when not linked.
  direction: Who began the contact; empty when not linked.
  kind: "Whom the contact is with: customer, consult, internal or test; empty when not linked."
  site: Site of the contact; empty when not known.
  reason: Reason of the contact as the source has it; empty when not known.
  language: Language of the contact; empty when not known.
  queue_id: Queue of the evaluated agent's last leg with the customer; of the contact's last leg when the agent had none.
  agent_id: {description: Agent evaluated., tests: [not_null]}
  contact_queue_id: Queue of the contact's last leg with a customer.
  contact_agent_id: Agent of the contact's last leg with a customer.
  evaluator: "Who filled in the form, a person or a program."
  form: {description: Form used., tests: [not_null]}
  form_version: Version of the form; empty when the source has none.
  evaluated_at: {description: "When the form was completed (UTC); when it was begun, for a draft.", tests: [not_null]}
  local_date: {description: "Local day on which the contact started, else on which it was evaluated.", tests: [not_null]}
  own_local_date: {description: Local day of the evaluation., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact started, else in which it was evaluated.
  evaluation_status: {description: "Where it stands: draft, completed, disputed or withdrawn.", tests: [not_null]}
  calibration_id: Calibration in which several evaluators judged the contact; empty for an ordinary evaluation.
  is_calibration: {description: Made to compare evaluators and not to judge the agent., tests: [not_null]}
  is_counted: {description: Completed and no calibration; scores and errors are of these alone., tests: [not_null]}
  is_first_of_contact: {description: The first completed evaluation of its contact., tests: [not_null]}
  n_items: {description: Lines of the form., tests: [not_null, {min: 0}]}
  n_scored_items: {description: Lines that concern the contact and were scored., tests: [not_null, {min: 0}]}
  n_met_items: {description: Scored lines that have all their points., tests: [not_null, {min: 0}]}
  weighted_points: Weight x points over the scored lines; empty when there are none.
  weighted_max_points: Weight x most points over the scored lines; empty when there are none.
  has_fatal_error: A fatal line was not met; empty when nothing was scored.
  score: {description: "Weight x points / weight x most points over the scored lines, 0 to 1; 0 when a fatal line was not met; empty when nothing was scored.", tests: [{min: 0}]}
  n_customer_errors: Lines critical to the customer that were not met; empty when the form does not tell what is critical.
  n_business_errors: Lines critical to the business that were not met; empty when the form does not tell what is critical.
  n_compliance_errors: Lines critical to compliance that were not met; empty when the form does not tell what is critical.
  n_calibration_pairs: "Pairs of this and other evaluations of the same calibration, contact and agent: each pair stands at the one with the higher score. Empty outside calibrations."
  calibration_gap: "Differences of the scores in those pairs, added up. Empty outside calibrations."
---*/
with evaluation as (
    select e.*, md5_key(coalesce(e.contact_source, e.source) || '|' || e.contact_id) as contact_key
    from staging.qa_evaluation as e
    inner join ops.build_window as w on e.local_date between w.scan_from and w.late_to
),

contact as (
    select c.*
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

placed as (
    select
        e.source, e.evaluation_id, e.contact_key, e.contact_id, e.agent, e.evaluator, e.form,
        e.form_version, e.evaluated_at, e.status, e.calibration_id, e.local_date as own_local_date,
        md5_key(e.source || '|' || e.evaluation_id) as evaluation_key,
        c.contact_key is not null as is_linked,
        c.is_handled as is_contact_handled,
        c.channel, c.direction, c.kind, c.site, c.reason, c.language, c.credited_queue_id,
        c.last_agent_id,
        coalesce(c.local_date, e.local_date) as local_date,
        coalesce(c.zone, e.zone) as zone,
        bucket15(coalesce(c.started_at, e.evaluated_at)) as interval_start
    from evaluation as e
    left join contact as c
        on c.contact_key = e.contact_key
        and c.local_date between e.local_date - interval '400' day
        and e.local_date + interval '7' day
),

kept as (
    select p.*
    from placed as p
    inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
),

item as (
    select
        k.evaluation_key, i.weight, i.points, i.max_points, i.criticality, i.is_fatal,
        i.is_applicable and i.points is not null as is_scored,
        i.is_applicable and i.points >= i.max_points as is_met,
        i.is_applicable and i.points < i.max_points as is_error
    from staging.qa_item as i
    inner join ops.build_window as w on i.local_date between w.scan_from and w.late_to
    inner join kept as k
        on k.source = i.source
        and k.evaluation_id = i.evaluation_id
        and i.local_date between k.local_date - interval '7' day
        and k.local_date + interval '400' day
),

added as (
    select
        evaluation_key,
        count(*) as n_items,
        count(*) filter (where is_scored) as n_scored_items,
        count(*) filter (where is_met) as n_met_items,
        cast(sum(weight * points) filter (where is_scored) as decimal(38, 8)) as weighted_points,
        cast(sum(weight * max_points) filter (where is_scored) as decimal(38, 8))
            as weighted_max_points,
        count(*) filter (where is_error and is_fatal) as n_fatal_errors,
        count(*) filter (where is_scored and criticality is not null) as n_judged,
        count(*) filter (where is_error and criticality = 'customer') as n_customer_errors,
        count(*) filter (where is_error and criticality = 'business') as n_business_errors,
        count(*) filter (where is_error and criticality = 'compliance') as n_compliance_errors
    from item
    group by evaluation_key
),

scored as (
    select
        k.*,
        coalesce(a.n_items, 0) as n_items,
        coalesce(a.n_scored_items, 0) as n_scored_items,
        coalesce(a.n_met_items, 0) as n_met_items,
        a.weighted_points,
        a.weighted_max_points,
        case when a.n_scored_items > 0 then a.n_fatal_errors > 0 end as has_fatal_error,
        cast(
            case
                when a.n_fatal_errors > 0 then 0
                else round(ratio(a.weighted_points, a.weighted_max_points), 6)
            end as decimal(18, 6)
        ) as score,
        case when a.n_judged > 0 then a.n_customer_errors end as n_customer_errors,
        case when a.n_judged > 0 then a.n_business_errors end as n_business_errors,
        case when a.n_judged > 0 then a.n_compliance_errors end as n_compliance_errors
    from kept as k
    left join added as a on a.evaluation_key = k.evaluation_key
),

-- Of scores in order, each differs from all before it by its place times itself minus their sum.
compared as (
    select
        evaluation_key,
        row_number() over by_score - 1 as n_before,
        score,
        sum(score) over (
            partition by source, contact_key, calibration_id, agent
            order by score, evaluation_id
            rows between unbounded preceding and 1 preceding
        ) as before
    from scored
    where is_linked and calibration_id is not null and status = 'completed' and score is not null
    window
        by_score as (
            partition by source, contact_key, calibration_id, agent order by score, evaluation_id
        )
),

first_one as (
    select
        evaluation_key,
        row_number() over (
            partition by contact_key order by evaluated_at, source, evaluation_id
        ) as place
    from kept
    where is_linked and status = 'completed'
),

leg as (
    select
        k.evaluation_key, s.queue_id,
        row_number() over (
            partition by k.evaluation_key order by s.segment_ordinal desc, s.segment_key
        ) as place
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.scan_to
    inner join kept as k
        on k.contact_key = s.contact_key
        and k.agent = s.agent_id
        and k.is_linked
        and s.local_date between k.local_date - interval '7' day and k.local_date + interval '7' day
    where s.role = 'customer'
),

credited as (
    select
        s.*,
        case when l.evaluation_key is null then s.credited_queue_id else l.queue_id end as queue_id
    from scored as s
    left join leg as l on l.evaluation_key = s.evaluation_key and l.place = 1
)

select
    e.evaluation_key,
    e.evaluation_id,
    e.source,
    e.contact_key,
    e.contact_id,
    e.is_linked,
    e.is_contact_handled,
    e.channel,
    e.direction,
    e.kind,
    e.site,
    e.reason,
    e.language,
    coalesce(q.queue_key, -1) as queue_key,
    e.queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    e.agent as agent_id,
    e.credited_queue_id as contact_queue_id,
    e.last_agent_id as contact_agent_id,
    e.evaluator,
    e.form,
    e.form_version,
    e.evaluated_at,
    e.local_date,
    e.own_local_date,
    e.zone,
    coalesce(i.interval_key, -1) as interval_key,
    e.interval_start,
    e.status as evaluation_status,
    e.calibration_id,
    e.calibration_id is not null as is_calibration,
    e.status = 'completed' and e.calibration_id is null as is_counted,
    coalesce(f.place = 1, false) as is_first_of_contact,
    e.n_items,
    e.n_scored_items,
    e.n_met_items,
    e.weighted_points,
    e.weighted_max_points,
    e.has_fatal_error,
    e.score,
    e.n_customer_errors,
    e.n_business_errors,
    e.n_compliance_errors,
    c.n_before as n_calibration_pairs,
    cast(c.n_before * c.score - coalesce(c.before, 0) as decimal(18, 6)) as calibration_gap
from credited as e
left join compared as c on c.evaluation_key = e.evaluation_key
left join first_one as f on f.evaluation_key = e.evaluation_key
left join core.dim_queue as q
    on q.queue_id = e.queue_id and e.local_date >= q.valid_from and e.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = e.agent and e.local_date >= a.valid_from and e.local_date < a.valid_to
left join core.dim_interval as i on i.zone = e.zone and i.interval_start = e.interval_start
