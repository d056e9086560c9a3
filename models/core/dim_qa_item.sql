/*---
description: One line of an evaluation form as it was in one version of the form; a line that is weighed otherwise is another row.
owner: team:analytics
grain: [qa_item_key]
columns:
  qa_item_key: {description: Key of the line in its version., tests: [not_null, unique]}
  form: {description: Evaluation form., tests: [not_null]}
  form_version: Version of the form; empty when the source has none.
  item: {description: "Line of the form, by the name or number it keeps there.", tests: [not_null]}
  topic: "What the line judges: script, policy, communication, problem_solving or other; empty when not known."
  weight: Weight of the line in the score.
  max_points: Most points that can be given.
  criticality: "Whom an error in the line harms: none, customer, business or compliance; empty when not known."
  is_fatal: An error in the line makes the score of the whole form 0.
---*/
with lined as (
    select distinct
        i.source, e.form, e.form_version, i.item, i.topic, i.weight, i.max_points, i.criticality,
        i.is_fatal
    from staging.qa_item as i
    left join staging.qa_evaluation as e
        on e.source = i.source and e.evaluation_id = i.evaluation_id
)

select
    md5_key(
        source || '|' || coalesce(form, '') || '|' || coalesce(form_version, '') || '|' || item
        || '|' || coalesce(topic, '') || '|' || cast(weight as varchar)
        || '|' || cast(max_points as varchar) || '|' || coalesce(criticality, '')
        || '|' || cast(is_fatal as varchar)
    ) as qa_item_key,
    source,
    coalesce(form, 'unknown') as form,
    form_version,
    item,
    topic,
    weight,
    max_points,
    criticality,
    is_fatal
from lined
union all
select -1, 'unknown', 'unknown', null, 'unknown', null, null, null, null, null
