/*---
description: One queue in one quarter hour, with its counts and the ratios of the newest definitions (shares in percent). Never average the ratios of several rows.
owner: team:analytics
grain: [queue_id, local_date, interval_start]
materialization: view
---*/
with ratio_of as (
    select
        k.scope_id, k.local_date, k.interval_start,
        max(k.value) filter (where k.metric_id = 'service_level') as service_level,
        max(k.value) filter (where k.metric_id = 'service_level_lost') as service_level_lost,
        max(k.value) filter (where k.metric_id = 'abandonment_rate') as abandonment_rate,
        max(k.value) filter (where k.metric_id = 'lost_rate') as lost_rate,
        max(k.value) filter (where k.metric_id = 'average_speed_of_answer') as average_speed_of_answer_s,
        max(k.value) filter (where k.metric_id = 'time_to_abandon') as time_to_abandon_s,
        max(k.value) filter (where k.metric_id = 'average_handle_time') as average_handle_time_s,
        max(k.value) filter (where k.metric_id = 'handle_time_per_leg') as handle_time_per_leg_s,
        max(k.value) filter (where k.metric_id = 'average_talk_time') as average_talk_time_s,
        max(k.value) filter (where k.metric_id = 'transfer_rate') as transfer_rate,
        max(k.value) filter (where k.metric_id = 'ring_no_answer_rate') as ring_no_answer_rate,
        max(k.value) filter (where k.metric_id = 'declined_rate') as declined_rate
    from marts.v_kpi_interval as k
    inner join (
        select metric_id, max(metric_version) as metric_version
        from core.dim_metric
        group by metric_id
    ) as m on m.metric_id = k.metric_id and m.metric_version = k.metric_version
    where k.scope_kind = 'queue'
        and k.metric_id in (
            'service_level',
            'service_level_lost',
            'abandonment_rate',
            'lost_rate',
            'average_speed_of_answer',
            'time_to_abandon',
            'average_handle_time',
            'handle_time_per_leg',
            'average_talk_time',
            'transfer_rate',
            'ring_no_answer_rate',
            'declined_rate'
        )
    group by k.scope_id, k.local_date, k.interval_start
)

select
    q.*,
    r.service_level,
    r.service_level_lost,
    r.abandonment_rate,
    r.lost_rate,
    r.average_speed_of_answer_s,
    r.time_to_abandon_s,
    r.average_handle_time_s,
    r.handle_time_per_leg_s,
    r.average_talk_time_s,
    r.transfer_rate,
    r.ring_no_answer_rate,
    r.declined_rate
from marts.queue_interval as q
left join ratio_of as r
    on r.scope_id = q.queue_id
    and r.local_date = q.local_date
    and r.interval_start = q.interval_start
