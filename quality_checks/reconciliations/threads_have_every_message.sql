/*---
relation: core.fact_message_thread
severity: critical
description: >-
  Each message of a customer and each automatic one is in one exchange of its thread. Threads of
  more than 400 days are left out.
---*/
with near as (
    select distinct source, thread_id
    from staging.message
    where local_date between $from_date and $to_date
),

expected as (
    select m.source, m.thread_id,
        count(*) filter (where m.author_kind = 'customer') as n_customer,
        count(*) filter (where m.author_kind in ('bot', 'auto')) as n_automatic
    from staging.message as m
    inner join near using (source, thread_id)
    group by m.source, m.thread_id
    having max(m.local_date) <= min(m.local_date) + interval 400 day
),

found as (
    select t.source, t.thread_id,
        sum(t.n_customer_messages) as n_customer,
        sum(t.n_automatic_messages) as n_automatic
    from core.fact_message_thread as t
    inner join near using (source, thread_id)
    group by t.source, t.thread_id
)

select
    source,
    thread_id,
    e.n_customer as n_customer_expected,
    coalesce(f.n_customer, 0) as n_customer_found,
    e.n_automatic as n_automatic_expected,
    coalesce(f.n_automatic, 0) as n_automatic_found
from expected as e
left join found as f using (source, thread_id)
where e.n_customer <> coalesce(f.n_customer, 0) or e.n_automatic <> coalesce(f.n_automatic, 0)
