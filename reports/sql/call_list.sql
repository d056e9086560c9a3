-- The rows of a fact of some days, each with whom it counts for and what it adds to each figure.
with quarter as (
    select zone as of_zone, interval_start as starts_at, local_date as of_date, utc_offset_s,
        is_reporting_zone
    from core.dim_interval
    where local_date between {from_date} - interval '2' day and {to_date} + interval '2' day
)

select
    f.local_date, {centre_date} as centre_date, {sample} as sample, {local_time} as local_time,
    {columns}
from (
    select *, {figures}
    from core.{fact}
    where local_date between {from_date} - interval '1' day and {to_date} + interval '1' day
) as f
{joins}
where {condition}
