/*---
relation: core.fact_contact
severity: critical
description: >-
  A contact's counts of visits, answered visits and legs are those of the rows behind them, of the
  week before and after its first day.
---*/
with contacts as (
    select contact_key, local_date, n_visits, n_answered_visits, n_segments
    from core.fact_contact
    where local_date between $from_date and $to_date
),

visits as (
    select
        v.contact_key,
        count(*) as n_visits,
        count(*) filter (where v.outcome = 'answered') as n_answered_visits
    from core.fact_queue_visit as v
    inner join contacts as c
        on c.contact_key = v.contact_key
        and v.local_date between c.local_date - interval 7 day and c.local_date + interval 7 day
    where v.local_date between $from_date - interval 7 day and $to_date + interval 7 day
    group by v.contact_key
),

legs as (
    select s.contact_key, count(*) as n_segments
    from core.fact_handle_segment as s
    inner join contacts as c
        on c.contact_key = s.contact_key
        and s.local_date between c.local_date - interval 7 day and c.local_date + interval 7 day
    where s.role = 'customer'
        and s.local_date between $from_date - interval 7 day and $to_date + interval 7 day
    group by s.contact_key
)

select
    c.contact_key,
    c.local_date,
    c.n_visits as found_visits,
    coalesce(v.n_visits, 0) as expected_visits,
    c.n_answered_visits as found_answered_visits,
    coalesce(v.n_answered_visits, 0) as expected_answered_visits,
    c.n_segments as found_segments,
    coalesce(l.n_segments, 0) as expected_segments
from contacts as c
left join visits as v on v.contact_key = c.contact_key
left join legs as l on l.contact_key = c.contact_key
where c.n_visits is distinct from coalesce(v.n_visits, 0)
    or c.n_answered_visits is distinct from coalesce(v.n_answered_visits, 0)
    or c.n_segments is distinct from coalesce(l.n_segments, 0)
