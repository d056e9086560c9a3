/*---
relation: core.fact_sale
severity: critical
description: >-
  The refunds counted on an order are those that name it, within 400 days.
---*/
with expected as (
    select o.sale_key, count(*) as n_expected
    from core.fact_sale as o
    inner join core.fact_sale as r
        on r.order_key = o.sale_key
        and r.kind = 'refund'
        and r.own_local_date between o.local_date - interval 7 day
            and o.local_date + interval 400 day
    where o.kind = 'order' and o.local_date between $from_date and $to_date
    group by o.sale_key
)

select o.sale_key, o.local_date, coalesce(expected.n_expected, 0) as n_expected,
    o.n_refunds as n_found
from core.fact_sale as o
left join expected on expected.sale_key = o.sale_key
where o.kind = 'order'
    and o.local_date between $from_date and $to_date
    and o.n_refunds is distinct from coalesce(expected.n_expected, 0)
