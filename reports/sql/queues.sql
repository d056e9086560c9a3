-- Queues as they are now: name, group, thresholds, whether those were assumed, and whether people
-- wait in them for somebody to come (also where the channel is not known).
select
    q.queue_id, q.queue_name, q.queue_group, q.zone, q.service_level_s, q.short_abandon_s,
    q.is_threshold_assumed, coalesce(c.is_live, true) as is_live
from core.dim_queue as q
left join core.dim_channel as c on c.channel = q.channel
where q.is_current and q.queue_key <> -1
order by q.queue_name
