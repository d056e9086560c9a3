/*---
description: One line of one version of an evaluation form in one month at one site, over evaluations that count. It says what is missed; metrics say how well agents do.
owner: team:analytics
grain: [source, form, form_version, item, site, local_date]
materialization: view
columns:
  form: The form.
  form_version: Version of the form.
  item: The line.
  topic: 'What the line judges: script, policy, communication, problem_solving or other; empty when not known.'
  criticality: 'Whom an error in the line harms: none, customer, business or compliance; empty when not known.'
  site: Site of the evaluated contact, else of the agent; empty when not known.
  local_date: First day of the month.
  n_evaluations: Evaluations with this line.
  n_applicable: Of these, those that it concerns.
  n_scored: Of these, those that were scored.
  n_met: Of these, those with all points.
  met_share: 'Of the scored, those with all points, in percent.'
  points_share: 'Points given, of the most there were to give, in percent.'
  n_fatal: Not met where that makes the evaluation fail.
---*/
select
    i.source,
    d.form,
    d.form_version,
    i.item,
    i.topic,
    i.criticality,
    i.site,
    first_of_month(i.local_date) as local_date,
    count(*) as n_evaluations,
    count(*) filter (where i.is_applicable) as n_applicable,
    count(*) filter (where i.is_scored) as n_scored,
    count(*) filter (where i.is_scored and i.is_met) as n_met,
    100 * ratio(
        count(*) filter (where i.is_scored and i.is_met), count(*) filter (where i.is_scored)
    ) as met_share,
    100 * ratio(
        sum(i.points) filter (where i.is_scored), sum(i.max_points) filter (where i.is_scored)
    ) as points_share,
    count(*) filter (where i.is_fatal and i.is_scored and not i.is_met) as n_fatal
from core.fact_qa_item as i
inner join core.dim_qa_item as d on d.qa_item_key = i.qa_item_key
where i.is_counted
group by
    i.source, d.form, d.form_version, i.item, i.topic, i.criticality, i.site,
    first_of_month(i.local_date)
