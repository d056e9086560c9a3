/*---
relation: core.fact_contact_repeat
severity: critical
description: >-
  Each day has as many contacts that may be repeated as contacts of customers that came in and were
  handled, and knows no more customers than have an address.
---*/
with expected as (
    select source, local_date, count(*) as n_expected, count(customer_ref) as n_known
    from core.fact_contact
    where local_date between $from_date and $to_date
        and direction = 'inbound' and kind = 'customer' and is_handled
    group by source, local_date
),

found as (
    select
        source, local_date, count(*) as n_found,
        count(*) filter (where is_customer_known) as n_found_known
    from core.fact_contact_repeat
    where local_date between $from_date and $to_date
    group by source, local_date
)

select
    source,
    local_date,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found,
    coalesce(expected.n_known, 0) as n_known,
    coalesce(found.n_found_known, 0) as n_found_known
from expected
full join found using (source, local_date)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
    or coalesce(found.n_found_known, 0) > coalesce(expected.n_known, 0)
