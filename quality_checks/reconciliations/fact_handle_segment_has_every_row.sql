/*---
relation: core.fact_handle_segment
severity: critical
description: >-
  Each day has as many segments of each role as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, role, count(*) as n_expected
    from staging.handle_segment
    where local_date between $from_date and $to_date
    group by source, local_date, role
),

found as (
    select source, local_date, role, count(*) as n_found
    from core.fact_handle_segment
    where local_date between $from_date and $to_date
    group by source, local_date, role
)

select
    source,
    local_date,
    role,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, role)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
