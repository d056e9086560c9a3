/*---
description: One contact with all that an analyst usually joins to it, its way through menus, queues and agents, what the customer said, how it was judged, and what came of it. What hangs on no known contact, such as a survey of another, is not here.
owner: team:analytics
grain: [contact_key]
materialization: view
columns:
  reason_group: 'Group its reason belongs to, as the source has it.'
  is_abandoned: Nobody handled it, and the caller gave up in the last queue.
  agent_id: Agent of the last leg with the customer; empty when none.
  agent_name: That agent's name on that day.
  team: That agent's team on that day.
  sourcing: Who employs that agent, in-house, outsourced or offshore.
  queue_path: Queues in the order of entry, joined by >; consultations left out.
  outcome_path: Outcomes of these visits, in the same order.
  n_offers: Rings of agents' telephones; consultations left out.
  ivr_end_kind: How the first menu or bot that it came through ended; empty when none is known.
  nps_score: First answer to a recommendation question, 0 to 10.
  csat_share: First answer to a satisfaction question, as a share of its scale, 0 to 1.
  is_resolved_told: First answer to whether it was resolved.
  n_evaluations: Evaluations that count.
  qa_score: Mean score of these, 0 to 1.
  is_first_contact_resolved: 'Resolved at first contact; see metric first_contact_resolution.'
  is_repeated_7d: 'The customer came back within seven days; see metric repeat_contact_rate_7.'
  n_cases: Cases opened from it.
  n_orders: Orders made in it.
  revenue_amount: What these orders brought, in the reporting currency; empty when any amount is not known.
---*/
with visit as (
    select
        contact_key,
        string_agg(queue_id, ' > ' order by entered_at, visit_ordinal, visit_key) as queue_path,
        string_agg(outcome, ' > ' order by entered_at, visit_ordinal, visit_key) as outcome_path
    from core.fact_queue_visit
    where not is_consult
    group by contact_key
),

offer as (
    select contact_key, count(*) as n_offers
    from core.fact_agent_offer
    where not is_consult
    group by contact_key
),

menu as (
    select
        contact_key, end_kind,
        row_number() over (partition by contact_key order by entered_at, session_key) as place
    from core.fact_ivr_session
    where is_linked
),

answer as (
    select
        contact_key, kind, score, score_share, is_resolved,
        row_number() over (
            partition by contact_key, kind order by answered_at, answer_key
        ) as place
    from core.fact_survey_answer
    where is_linked
),

told as (
    select
        contact_key,
        max(score) filter (where kind = 'nps') as nps_score,
        max(score_share) filter (where kind = 'csat') as csat_share,
        max(cast(is_resolved as integer)) filter (where kind = 'fcr') = 1 as is_resolved_told
    from answer
    where place = 1
    group by contact_key
),

evaluation as (
    select contact_key, count(*) as n_evaluations, ratio(sum(score), count(score)) as qa_score
    from core.fact_qa_evaluation
    where is_linked and is_counted
    group by contact_key
),

opened as (
    select contact_key, count(*) as n_cases
    from core.fact_case
    where contact_key is not null
    group by contact_key
),

sold as (
    select
        contact_key,
        count(*) as n_orders,
        case when count(*) = count(revenue_amount) then sum(revenue_amount) end as revenue_amount
    from core.fact_sale
    where is_linked and kind = 'order'
    group by contact_key
)

select
    c.contact_key,
    c.contact_id,
    c.root_contact_id,
    c.source,
    c.channel,
    c.direction,
    c.site,
    c.customer_ref,
    c.started_at,
    c.ended_at,
    c.local_date,
    c.zone,
    c.interval_start,
    c.entry_point,
    c.reason,
    c.reason_group,
    c.disposition,
    c.language,
    m.end_kind as ivr_end_kind,
    v.queue_path,
    v.outcome_path,
    c.last_agent_id as agent_id,
    a.agent_name,
    a.team,
    a.sourcing,
    c.n_visits,
    c.n_answered_visits,
    coalesce(o.n_offers, 0) as n_offers,
    c.n_segments,
    c.n_transfers,
    c.wait_ms,
    c.talk_ms,
    c.hold_ms,
    c.wrap_ms,
    c.is_handled,
    c.is_abandoned,
    c.is_open,
    t.nps_score,
    t.csat_share,
    t.is_resolved_told,
    coalesce(e.n_evaluations, 0) as n_evaluations,
    e.qa_score,
    r.is_first_contact_resolved,
    r.is_repeated_7d,
    coalesce(k.n_cases, 0) as n_cases,
    coalesce(s.n_orders, 0) as n_orders,
    s.revenue_amount
from core.fact_contact as c
left join core.dim_agent as a on a.agent_key = c.last_agent_key
left join visit as v on v.contact_key = c.contact_key
left join offer as o on o.contact_key = c.contact_key
left join menu as m on m.contact_key = c.contact_key and m.place = 1
left join told as t on t.contact_key = c.contact_key
left join evaluation as e on e.contact_key = c.contact_key
left join core.fact_contact_repeat as r on r.contact_key = c.contact_key
left join opened as k on k.contact_key = c.contact_key
left join sold as s on s.contact_key = c.contact_key
