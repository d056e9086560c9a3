/*---
relation: core.fact_ivr_step
severity: critical
description: >-
  Each day of their own has as many steps of each outcome as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, outcome, count(*) as n_expected
    from staging.ivr_step
    where local_date between $from_date and $to_date
    group by source, local_date, outcome
),

found as (
    select source, own_local_date as local_date, outcome, count(*) as n_found
    from core.fact_ivr_step
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, outcome
)

select
    coalesce(expected.source, found.source) as source,
    coalesce(expected.local_date, found.local_date) as local_date,
    coalesce(expected.outcome, found.outcome) as outcome,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found
    on found.source = expected.source
    and found.local_date = expected.local_date
    and found.outcome is not distinct from expected.outcome
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
