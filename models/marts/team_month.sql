/*---
description: One team in one month, by the newest definitions. Never average the ratios of several rows; add up the parts in kpi_month.
owner: team:analytics
grain: [team, local_date]
materialization: view
columns:
  team: The team.
  local_date: First day of the month.
  is_provisional: Any of the numbers may still change.
  handled_contacts: 'Handled contacts; see metric handled_contacts.'
  contacts_per_hour: 'Contacts per hour; see metric contacts_per_hour.'
  average_handle_time_s: 'Average handle time, in seconds; see metric average_handle_time.'
  average_talk_time_s: 'Average talk time, in seconds; see metric average_talk_time.'
  average_wrap_time_s: 'Average wrap-up time, in seconds; see metric average_wrap_time.'
  transfer_rate: 'Transfer rate, in percent; see metric transfer_rate.'
  hold_rate: 'Hold rate, in percent; see metric hold_rate.'
  occupancy: 'Occupancy, in percent; see metric occupancy.'
  ring_no_answer_rate: 'Rings not answered, in percent; see metric ring_no_answer_rate.'
  declined_rate: 'Rings declined, in percent; see metric declined_rate.'
  utilization: 'Utilization, in percent; see metric utilization.'
  schedule_adherence: 'Schedule adherence, in percent; see metric schedule_adherence.'
  schedule_conformance: 'Schedule conformance, in percent; see metric schedule_conformance.'
  absence_rate: 'Absence, in percent; see metric absence_rate.'
  shrinkage: 'Shrinkage, in percent; see metric shrinkage.'
  qa_score: 'Quality score, in percent; see metric qa_score.'
  csat: 'Customer satisfaction, in percent; see metric csat.'
  nps: 'Net promoter score, in points; see metric nps.'
  first_contact_resolution: 'First contact resolution, in percent; see metric first_contact_resolution.'
  repeat_contact_rate_7: 'Repeat contact rate, 7 days, in percent; see metric repeat_contact_rate_7.'
  orders: 'Orders; see metric orders.'
  conversion_rate: 'Conversion rate, in percent; see metric conversion_rate.'
  sales_per_hour: 'Sales per hour; see metric sales_per_hour.'
  revenue_per_contact: 'Revenue per contact, in the reporting currency; see metric revenue_per_contact.'
  average_order_value: 'Average order value, in the reporting currency; see metric average_order_value.'
  chat_concurrency: 'Chats at a time; see metric chat_concurrency.'
  cost_per_contact: 'Cost per contact, in the reporting currency; see metric cost_per_contact.'
  cost_per_resolution: 'Cost per resolution, in the reporting currency; see metric cost_per_resolution.'
---*/
select
    k.scope_id as team,
    k.local_date,
    max(case when k.is_provisional then 1 else 0 end) = 1 as is_provisional,
    max(k.value) filter (where k.metric_id = 'handled_contacts') as handled_contacts,
    max(k.value) filter (where k.metric_id = 'contacts_per_hour') as contacts_per_hour,
    max(k.value) filter (where k.metric_id = 'average_handle_time') as average_handle_time_s,
    max(k.value) filter (where k.metric_id = 'average_talk_time') as average_talk_time_s,
    max(k.value) filter (where k.metric_id = 'average_wrap_time') as average_wrap_time_s,
    max(k.value) filter (where k.metric_id = 'transfer_rate') as transfer_rate,
    max(k.value) filter (where k.metric_id = 'hold_rate') as hold_rate,
    max(k.value) filter (where k.metric_id = 'occupancy') as occupancy,
    max(k.value) filter (where k.metric_id = 'ring_no_answer_rate') as ring_no_answer_rate,
    max(k.value) filter (where k.metric_id = 'declined_rate') as declined_rate,
    max(k.value) filter (where k.metric_id = 'utilization') as utilization,
    max(k.value) filter (where k.metric_id = 'schedule_adherence') as schedule_adherence,
    max(k.value) filter (where k.metric_id = 'schedule_conformance') as schedule_conformance,
    max(k.value) filter (where k.metric_id = 'absence_rate') as absence_rate,
    max(k.value) filter (where k.metric_id = 'shrinkage') as shrinkage,
    max(k.value) filter (where k.metric_id = 'qa_score') as qa_score,
    max(k.value) filter (where k.metric_id = 'csat') as csat,
    max(k.value) filter (where k.metric_id = 'nps') as nps,
    max(k.value) filter (where k.metric_id = 'first_contact_resolution') as first_contact_resolution,
    max(k.value) filter (where k.metric_id = 'repeat_contact_rate_7') as repeat_contact_rate_7,
    max(k.value) filter (where k.metric_id = 'orders') as orders,
    max(k.value) filter (where k.metric_id = 'conversion_rate') as conversion_rate,
    max(k.value) filter (where k.metric_id = 'sales_per_hour') as sales_per_hour,
    max(k.value) filter (where k.metric_id = 'revenue_per_contact') as revenue_per_contact,
    max(k.value) filter (where k.metric_id = 'average_order_value') as average_order_value,
    max(k.value) filter (where k.metric_id = 'chat_concurrency') as chat_concurrency,
    max(k.value) filter (where k.metric_id = 'cost_per_contact') as cost_per_contact,
    max(k.value) filter (where k.metric_id = 'cost_per_resolution') as cost_per_resolution
from marts.v_kpi_month as k
inner join (
    select metric_id, max(metric_version) as metric_version
    from core.dim_metric
    group by metric_id
) as m on m.metric_id = k.metric_id and m.metric_version = k.metric_version
where k.scope_kind = 'team'
    and k.metric_id in (
        'handled_contacts',
        'contacts_per_hour',
        'average_handle_time',
        'average_talk_time',
        'average_wrap_time',
        'transfer_rate',
        'hold_rate',
        'occupancy',
        'ring_no_answer_rate',
        'declined_rate',
        'utilization',
        'schedule_adherence',
        'schedule_conformance',
        'absence_rate',
        'shrinkage',
        'qa_score',
        'csat',
        'nps',
        'first_contact_resolution',
        'repeat_contact_rate_7',
        'orders',
        'conversion_rate',
        'sales_per_hour',
        'revenue_per_contact',
        'average_order_value',
        'chat_concurrency',
        'cost_per_contact',
        'cost_per_resolution'
    )
group by k.scope_id, k.local_date
