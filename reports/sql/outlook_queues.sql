-- Queues of live channels as they are now, with the goal that counts on their last day, how far their
-- contacts have been read, and the two parts of their callers' patience.
with last_demand as (
    select
        queue_id, zone, service_level_s, service_level_goal,
        row_number() over (partition by queue_id order by interval_start desc, zone) as place
    from core.queue_demand
    where n_visits > 0
),

-- A queue of several systems is known until the slowest of them.
known as (
    select v.queue_id, min(w.watermark_at) as read_until
    from (select distinct queue_id, source from core.fact_queue_visit) as v
    inner join (
        select source, max(watermark_at) as watermark_at
        from ops.feed_watermark
        where is_contact_feed
        group by source
    ) as w on w.source = v.source
    group by v.queue_id
),

patience as (
    select
        scope_id as queue_id, cast(sum(numerator) as double) as waited_s,
        cast(sum(denominator) as double) as n_abandoned
    from marts.kpi_day
    where metric_id = 'average_patience' and scope_kind = 'queue' and local_date >= $from_date
    group by scope_id
)

select
    q.queue_id, q.queue_name, q.staffing_group, q.channel, q.calendar, d.zone, d.service_level_s,
    d.service_level_goal, q.short_abandon_s, k.read_until, p.waited_s, p.n_abandoned
from core.dim_queue as q
inner join core.dim_channel as c on c.channel = q.channel and c.is_live
inner join last_demand as d on d.queue_id = q.queue_id and d.place = 1
left join known as k on k.queue_id = q.queue_id
left join patience as p on p.queue_id = q.queue_id
where q.is_current and q.queue_key <> -1
order by q.staffing_group, q.channel, q.queue_id
