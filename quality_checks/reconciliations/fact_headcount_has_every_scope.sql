/*---
relation: core.fact_headcount
severity: critical
description: >-
  Each month has one row for each team, site and centre that staging has one for.
---*/
with expected as (
    select date_trunc('month', period_on)::date as local_date,
        count(distinct scope_kind || '|' || scope_id) as n_expected
    from staging.headcount
    group by 1
),

found as (
    select local_date, count(*) as n_found from core.fact_headcount group by local_date
)

select local_date, coalesce(n_expected, 0) as n_expected, coalesce(n_found, 0) as n_found
from expected
full join found using (local_date)
where n_expected is distinct from n_found
