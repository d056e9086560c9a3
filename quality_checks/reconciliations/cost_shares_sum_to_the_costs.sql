/*---
relation: core.fact_cost_share
severity: critical
description: >-
  The shares of a month's labour, telecom, vendors and overhead come to what is on record, and to
  what paid hours come to where labour is not on record.
---*/
with spent as (
    select local_date, kind, reporting_amount from core.fact_cost
    union all
    select local_date, 'labour', reporting_amount from core.fact_labour where is_counted
),

expected as (
    select
        local_date, kind,
        case when count(reporting_amount) = count(*) then sum(reporting_amount) end as amount
    from spent
    group by local_date, kind
),

found as (
    select
        local_date, kind,
        case when count(reporting_amount) = count(*) then sum(reporting_amount) end as amount
    from core.fact_cost_share
    group by local_date, kind
)

select local_date, kind, e.amount as expected_amount, f.amount as found_amount
from expected as e
full join found as f using (local_date, kind)
where e.amount is distinct from f.amount
