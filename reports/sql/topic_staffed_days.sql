-- Each staffing group's days of a week or month: what was expected and came, and the hours of agents
-- who were needed, planned and there. What came is that of the queues that have a forecast.
with forecast_queue as (
    select distinct queue_id, local_date
    from core.fact_forecast
    where is_latest and local_date between $from_date and $to_date
),

came as (
    select d.staffing_group, d.local_date, sum(d.n_visits) as n_visits
    from core.queue_demand as d
    inner join forecast_queue as f on f.queue_id = d.queue_id and f.local_date = d.local_date
    group by d.staffing_group, d.local_date
),

staffed as (
    select
        staffing_group, local_date,
        cast(sum(forecast_volume) as double) as forecast_volume,
        sum(required_agents) / 4 as required_h,
        cast(sum(scheduled_agents) / 4 as double) as scheduled_h,
        -- Sums of doubles differ in their last digits with the order of rows.
        round(cast(sum(present_agents) / 4 as double), 9) as present_h
    from marts.staffing_interval
    where local_date between $from_date and $to_date and staffing_group <> 'unknown'
    group by staffing_group, local_date
)

select
    cast(date_trunc('{grain}', s.local_date) as date) as first_day, s.*,
    cast(coalesce(c.n_visits, 0) as double) as n_visits
from staffed as s
left join came as c on c.staffing_group = s.staffing_group and c.local_date = s.local_date
order by first_day, s.staffing_group, s.local_date
