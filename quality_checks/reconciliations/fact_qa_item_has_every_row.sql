/*---
relation: core.fact_qa_item
severity: critical
description: >-
  Each day on which they were made has as many lines of forms as staging, whichever day they
  count for: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, is_applicable, count(*) as n_expected
    from staging.qa_item
    where local_date between $from_date and $to_date
    group by source, local_date, is_applicable
),

found as (
    select source, own_local_date as local_date, is_applicable, count(*) as n_found
    from core.fact_qa_item
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, is_applicable
)

select
    source,
    local_date,
    is_applicable,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, is_applicable)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
