-- What came to each queue of a live channel by local day and quarter hour, and what handling it took.
select
    d.queue_id, i.local_date,
    4 * cast(substr(i.local_time, 1, 2) as integer)
    + cast(floor(cast(substr(i.local_time, 4, 2) as integer) / 15) as integer) as slot,
    cast(sum(d.n_visits) as double) as n_visits,
    sum(d.handle_ms) / 1000 as handle_s,
    cast(sum(d.n_handled_visits) as double) as n_handled
from core.queue_demand as d
inner join core.dim_queue as q on q.queue_key = d.queue_key
inner join core.dim_channel as c on c.channel = q.channel and c.is_live
inner join core.dim_interval as i on i.zone = d.zone and i.interval_start = d.interval_start
where d.n_visits > 0 and i.local_date >= $from_date
group by d.queue_id, i.local_date, slot
order by d.queue_id, i.local_date, slot
