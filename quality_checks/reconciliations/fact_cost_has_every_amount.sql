/*---
relation: core.fact_cost
severity: critical
description: >-
  Each currency and kind of cost comes to as much as in staging.
---*/
with expected as (
    select kind, currency, count(*) as n_expected, sum(cost_amount) as expected_amount
    from staging.cost
    group by kind, currency
),

found as (
    select kind, currency, count(*) as n_found, sum(cost_amount) as found_amount
    from core.fact_cost
    group by kind, currency
)

select
    kind,
    currency,
    coalesce(n_expected, 0) as n_expected,
    coalesce(n_found, 0) as n_found
from expected
full join found using (kind, currency)
where n_expected is distinct from n_found or expected_amount is distinct from found_amount
