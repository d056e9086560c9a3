/*---
relation: core.fact_outbound_attempt
severity: critical
description: >-
  Each day of their own has as many dials of each result as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, result, count(*) as n_expected
    from staging.outbound_attempt
    where local_date between $from_date and $to_date
    group by source, local_date, result
),

found as (
    select source, own_local_date as local_date, result, count(*) as n_found
    from core.fact_outbound_attempt
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, result
)

select
    coalesce(expected.source, found.source) as source,
    coalesce(expected.local_date, found.local_date) as local_date,
    coalesce(expected.result, found.result) as result,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found
    on found.source = expected.source
    and found.local_date = expected.local_date
    and found.result is not distinct from expected.result
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
