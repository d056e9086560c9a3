-- Each staffing group's quarter hours of a day: what was expected and came, who was needed and there.
-- What came is that of the queues that have a forecast of the day, for it is held against it.
with forecast_queue as (
    select distinct queue_id, local_date
    from core.fact_forecast
    where is_latest and local_date between $from_date and $to_date
),

came as (
    select d.staffing_group, d.interval_start, sum(d.n_visits) as n_visits
    from core.queue_demand as d
    inner join forecast_queue as f on f.queue_id = d.queue_id and f.local_date = d.local_date
    group by d.staffing_group, d.interval_start
)

select
    s.local_date as first_day, s.staffing_group, i.local_time,
    case when s.n_visits is not null then cast(coalesce(c.n_visits, 0) as double) end as n_visits,
    cast(s.forecast_volume as double) as forecast_volume,
    s.required_agents, s.required_agents_forecast,
    cast(s.scheduled_agents as double) as scheduled_agents,
    cast(s.present_agents as double) as present_agents
from marts.staffing_interval as s
inner join core.dim_interval as i on i.zone = s.zone and i.interval_start = s.interval_start
left join came as c
    on c.staffing_group = s.staffing_group and c.interval_start = s.interval_start
where s.local_date between $from_date and $to_date and s.staffing_group <> 'unknown'
order by first_day, s.staffing_group, s.interval_start
