/*---
description: "Whose an address is: one row an address that a list of customers knows. An address that is in no list stands for a customer of its own."
owner: team:analytics
grain: [customer_ref]
columns:
  customer_ref: {description: Keyed hash of the address as contacts have it., tests: [not_null, unique]}
  address_kind: "What the address is: phone, email, social or account."
  customer_id: "Pseudonym of the customer whose it is; empty when several share it: then nobody can say who called."
  customer_key: Key of that customer; -1 when several share the address.
  n_customers: {description: "Customers who share it, in the list that knows the most.", tests: [not_null, {min: 1}]}
  is_shared: {description: Several customers of one list have it., tests: [not_null]}
---*/
with held as (
    select
        address_hash, source,
        min(customer_ref) as customer_ref,
        min(kind) as kind,
        count(distinct customer_ref) as n_customers
    from staging.customer_alias
    group by address_hash, source
),

-- Lists number customers each in its own way: the first that knows the address decides.
placed as (
    select
        address_hash, customer_ref, kind,
        max(n_customers) over (partition by address_hash) as n_customers,
        row_number() over (partition by address_hash order by source) as place
    from held
)

select
    address_hash as customer_ref,
    kind as address_kind,
    case when n_customers = 1 then customer_ref end as customer_id,
    case when n_customers = 1 then md5_key(customer_ref) else -1 end as customer_key,
    n_customers,
    n_customers > 1 as is_shared
from placed
where place = 1
