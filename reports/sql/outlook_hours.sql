-- When each calendar opens and closes on each day, in quarter hours; empty when it is closed.
select
    b.calendar, b.zone, b.local_date,
    min(case when b.open_ms > 0 then i.slot end) as opens,
    max(case when b.open_ms > 0 then i.slot + 1 end) as closes
from core.business_interval as b
inner join (
    select
        zone, interval_start,
        4 * cast(substr(local_time, 1, 2) as integer)
        + cast(floor(cast(substr(local_time, 4, 2) as integer) / 15) as integer) as slot
    from core.dim_interval
    where local_date between $from_date and $to_date
) as i on i.zone = b.zone and i.interval_start = b.interval_start
where b.local_date between $from_date and $to_date
group by b.calendar, b.zone, b.local_date
order by b.calendar, b.zone, b.local_date
