/*---
relation: core.fact_customer_month
severity: critical
description: >-
  Each month begins with the customers on the list who had come and had not left by then.
---*/
with months as (
    select local_date, sum(n_customers) as n_found
    from core.fact_customer_month
    group by local_date
),

expected as (
    select m.local_date, count(c.customer_key) as n_expected
    from months as m
    left join core.dim_customer as c
        on not c.is_inferred
        and (c.since_on is null or c.since_on < m.local_date)
        and (c.left_on is null or c.left_on >= m.local_date)
    group by m.local_date
)

select local_date, e.n_expected, m.n_found
from months as m
inner join expected as e using (local_date)
where m.n_found <> e.n_expected
