/*---
relation: core.fact_forecast
severity: critical
description: >-
  Each version of each interval of staging is there once: none lost or doubled by a join.
---*/
with expected as (
    select source, queue, cast(interval_start as date) as utc_date, count(*) as n_expected
    from staging.forecast
    group by source, queue, utc_date
),

found as (
    select source, queue_id as queue, cast(interval_start as date) as utc_date,
        count(*) as n_found
    from core.fact_forecast
    group by source, queue_id, utc_date
)

select
    source,
    queue,
    utc_date,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, queue, utc_date)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
    and utc_date between $from_date and $to_date
