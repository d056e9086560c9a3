/*---
relation: core.fact_contact
severity: critical
description: >-
  Each day has as many contacts of each direction as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, direction, count(*) as n_expected
    from staging.contact
    where local_date between $from_date and $to_date
    group by source, local_date, direction
),

found as (
    select source, local_date, direction, count(*) as n_found
    from core.fact_contact
    where local_date between $from_date and $to_date
    group by source, local_date, direction
)

select
    source,
    local_date,
    direction,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, direction)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
