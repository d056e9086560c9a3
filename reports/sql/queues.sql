-- Queues as they are now: name, group, thresholds and whether those were assumed.
select
    queue_id, queue_name, queue_group, zone, service_level_s, short_abandon_s,
    is_threshold_assumed
from core.dim_queue
where is_current and queue_key <> -1
order by queue_name
