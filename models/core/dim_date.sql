/*---
description: One local calendar day, with the parts of the date that people group by.
owner: team:analytics
grain: [date_key]
columns:
  date_key: {tests: [not_null, unique]}
---*/
with day as (
    select distinct local_date
    from core.dim_interval
    where local_date is not null
)

select
    date_key(local_date) as date_key,
    local_date,
    cast(year(local_date) as integer) as year,
    cast(quarter(local_date) as integer) as quarter,
    cast(month(local_date) as integer) as month,
    cast(day(local_date) as integer) as day_of_month,
    iso_year(local_date) as iso_year,
    iso_week(local_date) as iso_week,
    iso_dow(local_date) as iso_day_of_week,
    case iso_dow(local_date)
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        else 'Sunday'
    end as day_name,
    case month(local_date)
        when 1 then 'January'
        when 2 then 'February'
        when 3 then 'March'
        when 4 then 'April'
        when 5 then 'May'
        when 6 then 'June'
        when 7 then 'July'
        when 8 then 'August'
        when 9 then 'September'
        when 10 then 'October'
        when 11 then 'November'
        else 'December'
    end as month_name,
    iso_dow(local_date) >= 6 as is_weekend
from day
union all
select -1, null, null, null, null, null, null, null, null, 'unknown', 'unknown', null
