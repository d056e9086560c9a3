/*---
description: A customer as lists of customers know it, under a pseudonym. A caller in no list has no row here and the key -1.
owner: team:analytics
grain: [customer_key]
columns:
  customer_key: {description: Key of the customer; -1 when in no list., tests: [not_null, unique]}
  customer_id: {description: "The customer's pseudonym, a keyed hash.", tests: [not_null]}
  source: List that the row is from; the first of its sources by name.
  segment: Segment of customers; empty when not known.
  since_on: First day as a customer; empty for what was always so.
  left_on: Last day as a customer; empty while it has not come.
  is_inferred: Known from an address only.
---*/
with listed as (
    select
        customer_ref, source, segment, since_on, left_on,
        row_number() over (partition by customer_ref order by source) as place
    from staging.customer
),

named as (
    select customer_ref, min(source) as source
    from staging.customer_alias
    group by customer_ref
)

select
    md5_key(customer_ref) as customer_key,
    customer_ref as customer_id,
    source,
    segment,
    since_on,
    left_on,
    false as is_inferred
from listed
where place = 1
union all
select md5_key(n.customer_ref), n.customer_ref, n.source, null, null, null, true
from named as n
left join listed as l on l.customer_ref = n.customer_ref
where l.customer_ref is null
union all
select -1, 'unknown', 'unknown', null, null, null, true
