/*---
relation: core.fact_ivr_session
severity: critical
description: >-
  Each day of their own has as many sessions of each end as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, end_kind, count(*) as n_expected
    from staging.ivr_session
    where local_date between $from_date and $to_date
    group by source, local_date, end_kind
),

found as (
    select source, own_local_date as local_date, end_kind, count(*) as n_found
    from core.fact_ivr_session
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, end_kind
)

select
    coalesce(expected.source, found.source) as source,
    coalesce(expected.local_date, found.local_date) as local_date,
    coalesce(expected.end_kind, found.end_kind) as end_kind,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found
    on found.source = expected.source
    and found.local_date = expected.local_date
    and found.end_kind is not distinct from expected.end_kind
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
