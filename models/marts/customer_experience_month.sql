/*---
description: What customers felt in one month, in every scope that these metrics have, by the newest definitions. Never average the ratios of several rows; add up the parts in kpi_month.
owner: team:analytics
grain: [scope_kind, scope_id, local_date]
materialization: view
columns:
  local_date: First day of the month.
  is_provisional: Any of the numbers may still change.
  survey_response_rate: 'Survey response rate, in percent; see metric survey_response_rate.'
  csat: 'Customer satisfaction, in percent; see metric csat.'
  nps: 'Net promoter score, in points; see metric nps.'
  ces: 'Customer effort score, in percent; see metric ces.'
  first_contact_resolution: 'First contact resolution, in percent; see metric first_contact_resolution.'
  first_contact_resolution_survey: 'First contact resolution, as customers say, in percent; see metric first_contact_resolution_survey.'
  repeat_contact_rate_7: 'Repeat contact rate, 7 days, in percent; see metric repeat_contact_rate_7.'
---*/
select
    k.scope_kind,
    k.scope_id,
    k.local_date,
    max(case when k.is_provisional then 1 else 0 end) = 1 as is_provisional,
    max(k.value) filter (where k.metric_id = 'survey_response_rate') as survey_response_rate,
    max(k.value) filter (where k.metric_id = 'csat') as csat,
    max(k.value) filter (where k.metric_id = 'nps') as nps,
    max(k.value) filter (where k.metric_id = 'ces') as ces,
    max(k.value) filter (where k.metric_id = 'first_contact_resolution') as first_contact_resolution,
    max(k.value) filter (where k.metric_id = 'first_contact_resolution_survey') as first_contact_resolution_survey,
    max(k.value) filter (where k.metric_id = 'repeat_contact_rate_7') as repeat_contact_rate_7
from marts.v_kpi_month as k
inner join (
    select metric_id, max(metric_version) as metric_version
    from core.dim_metric
    group by metric_id
) as m on m.metric_id = k.metric_id and m.metric_version = k.metric_version
where k.metric_id in (
        'survey_response_rate',
        'csat',
        'nps',
        'ces',
        'first_contact_resolution',
        'first_contact_resolution_survey',
        'repeat_contact_rate_7'
    )
group by k.scope_kind, k.scope_id, k.local_date
