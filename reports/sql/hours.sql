-- From when to when (UTC) days of the whole centre last, in its own zone.
select
    min(interval_start) as from_at,
    max(interval_start) + interval 15 minute as to_at
from core.dim_interval
where is_reporting_zone and local_date between $from_date and $to_date
