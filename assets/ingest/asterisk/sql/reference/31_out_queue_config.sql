-- Queues of the log and of queues.conf, with the thresholds that hold for them: the project file's
-- for this queue, else queues.conf's, else the project file's default, else 20 and 5 seconds.
with
known as (
    select queue from out_queue_seen
    union
    select queue from opt_queue_conf
),
threshold as (
    select
        k.queue,
        s.queue_group,
        s.site,
        coalesce(s.service_level_s, c.service_level_s, d.service_level_s) as service_level_s,
        coalesce(s.short_abandon_s, d.short_abandon_s) as short_abandon_s,
        c.ring_timeout_s,
        c.wrap_limit_s
    from known as k
    cross join opt_default as d
    left join opt_queue_setting as s on s.queue = k.queue
    left join opt_queue_conf as c on c.queue = k.queue
)
select
    queue,
    null::date as valid_from,
    queue_group,
    'voice' as channel,
    coalesce(service_level_s, 20)::integer as service_level_s,
    -- A short abandon is never longer than the threshold itself.
    least(coalesce(short_abandon_s, 5), coalesce(service_level_s, 20))::integer as short_abandon_s,
    ring_timeout_s::integer as ring_timeout_s,
    wrap_limit_s::integer as wrap_limit_s,
    service_level_s is null as is_threshold_assumed,
    site,
    null::varchar as file_id,
    null::bigint as line_no
from threshold
