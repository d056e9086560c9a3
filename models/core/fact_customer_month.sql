/*---
description: "Customers of one segment in one month: those there when it began, and what became of them, contacted or not."
owner: team:analytics
grain: [local_date, segment]
metrics:
  row: customer_month
  attribution: month
  finest: month
columns:
  local_date: {description: First day of the month., tests: [not_null]}
  zone: Zone in which the whole centre counts its days.
  segment: Segment of customers; empty when not known.
  n_customers: {tests: [not_null, {min: 0}]}
---*/
with month as (
    select distinct first_of_month(local_date) as local_date
    from core.dim_date
    where local_date is not null
),

-- What became of customers is known when data were read past the end of the month.
known as (
    select
        m.local_date,
        cast(m.local_date + interval '1' month as date) as next_month,
        coalesce(
            cast(m.local_date + interval '1' month as timestamp)
            <= (select max(watermark_at) from ops.feed_watermark),
            false
        ) as is_over
    from month as m
),

customer as (
    select customer_id, segment, since_on, left_on
    from core.dim_customer
    where not is_inferred
),

counted as (
    select
        k.local_date,
        k.is_over,
        c.segment,
        coalesce(c.since_on < k.local_date, true) as is_of_start,
        coalesce(c.left_on >= k.next_month, true) as is_of_end
    from known as k
    inner join customer as c
        on coalesce(c.since_on < k.next_month, true) and coalesce(c.left_on >= k.local_date, true)
)

select
    t.local_date,
    z.reporting_zone as zone,
    t.segment,
    t.n_customers,
    t.n_kept,
    t.n_customers - t.n_kept as n_lost,
    t.n_new
from (
    select
        local_date,
        segment,
        count(*) filter (where is_of_start) as n_customers,
        case when is_over then count(*) filter (where is_of_start and is_of_end) end as n_kept,
        count(*) filter (where not is_of_start) as n_new
    from counted
    group by local_date, segment, is_over
) as t
cross join ops.centre as z
