/*---
relation: core.fact_queue_refusal
severity: critical
description: >-
  Each day has as many refusals of each cause as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, cause, count(*) as n_expected
    from staging.queue_refusal
    where local_date between $from_date and $to_date
    group by source, local_date, cause
),

found as (
    select source, local_date, cause, count(*) as n_found
    from core.fact_queue_refusal
    where local_date between $from_date and $to_date
    group by source, local_date, cause
)

select
    source,
    local_date,
    cause,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, cause)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
