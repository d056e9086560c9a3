-- Calls of a period by local day and local hour.
select
    v.local_date,
    substr(i.local_time, 1, 2) as hour,
    count(*) as n_offered
from core.fact_queue_visit v
join core.dim_interval i on i.zone = v.zone and i.interval_start = v.interval_start
where v.local_date between $from_date and $to_date and not v.is_consult
group by v.local_date, hour
order by v.local_date, hour
