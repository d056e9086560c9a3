/*---
relation: core.fact_sale
severity: critical
description: >-
  Each day of their own has as many sales of each kind as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, kind, count(*) as n_expected
    from staging.sale
    where local_date between $from_date and $to_date
    group by source, local_date, kind
),

found as (
    select source, own_local_date as local_date, kind, count(*) as n_found
    from core.fact_sale
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, kind
)

select
    coalesce(expected.source, found.source) as source,
    coalesce(expected.local_date, found.local_date) as local_date,
    coalesce(expected.kind, found.kind) as kind,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found
    on found.source = expected.source
    and found.local_date = expected.local_date
    and found.kind is not distinct from expected.kind
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
