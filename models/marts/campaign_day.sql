/*---
description: One campaign on one local day, by the newest definitions. Never average the ratios of several rows; add up the parts in kpi_day.
owner: team:analytics
grain: [campaign, local_date]
materialization: view
columns:
  campaign: The campaign.
  local_date: Local day.
  is_provisional: Any of the numbers may still change.
  dials: 'Dials; see metric dials.'
  connect_rate: 'Connect rate, in percent; see metric connect_rate.'
  contact_rate: 'Contact rate, in percent; see metric contact_rate.'
  right_party_contact_rate: 'Right-party contact rate, in percent; see metric right_party_contact_rate.'
  drop_rate: 'Drop rate, in percent; see metric drop_rate.'
---*/
select
    k.scope_id as campaign,
    k.local_date,
    max(case when k.is_provisional then 1 else 0 end) = 1 as is_provisional,
    max(k.value) filter (where k.metric_id = 'dials') as dials,
    max(k.value) filter (where k.metric_id = 'connect_rate') as connect_rate,
    max(k.value) filter (where k.metric_id = 'contact_rate') as contact_rate,
    max(k.value) filter (where k.metric_id = 'right_party_contact_rate') as right_party_contact_rate,
    max(k.value) filter (where k.metric_id = 'drop_rate') as drop_rate
from marts.v_kpi_day as k
inner join (
    select metric_id, max(metric_version) as metric_version
    from core.dim_metric
    group by metric_id
) as m on m.metric_id = k.metric_id and m.metric_version = k.metric_version
where k.scope_kind = 'campaign'
    and k.metric_id in (
        'dials',
        'connect_rate',
        'contact_rate',
        'right_party_contact_rate',
        'drop_rate'
    )
group by k.scope_id, k.local_date
