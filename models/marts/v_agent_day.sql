/*---
description: One agent on one local day, with counts, time and the ratios of the newest definitions (shares in percent). A contact counts for the agent of its last leg with the customer, so that agents add up to the centre. Never average the ratios of several rows.
owner: team:analytics
grain: [agent_id, local_date]
materialization: view
---*/
with ratio_of as (
    select
        k.scope_id, k.local_date,
        max(k.value) filter (where k.metric_id = 'occupancy') as occupancy,
        max(k.value) filter (where k.metric_id = 'contacts_per_hour') as contacts_per_hour,
        max(k.value) filter (where k.metric_id = 'average_handle_time') as average_handle_time_s,
        max(k.value) filter (where k.metric_id = 'handle_time_per_leg') as handle_time_per_leg_s,
        max(k.value) filter (where k.metric_id = 'average_talk_time') as average_talk_time_s,
        max(k.value) filter (where k.metric_id = 'transfer_rate') as transfer_rate,
        max(k.value) filter (where k.metric_id = 'ring_no_answer_rate') as ring_no_answer_rate,
        max(k.value) filter (where k.metric_id = 'declined_rate') as declined_rate
    from marts.v_kpi_day as k
    inner join (
        select metric_id, max(metric_version) as metric_version
        from core.dim_metric
        group by metric_id
    ) as m on m.metric_id = k.metric_id and m.metric_version = k.metric_version
    where k.scope_kind = 'agent'
        and k.metric_id in (
            'occupancy',
            'contacts_per_hour',
            'average_handle_time',
            'handle_time_per_leg',
            'average_talk_time',
            'transfer_rate',
            'ring_no_answer_rate',
            'declined_rate'
        )
    group by k.scope_id, k.local_date
)

select
    a.*,
    r.occupancy,
    r.contacts_per_hour,
    r.average_handle_time_s,
    r.handle_time_per_leg_s,
    r.average_talk_time_s,
    r.transfer_rate,
    r.ring_no_answer_rate,
    r.declined_rate
from marts.agent_day as a
left join ratio_of as r on r.scope_id = a.agent_id and r.local_date = a.local_date
