/*---
relation: core.fact_staffing
severity: critical
description: >-
  Each quarter hour has the visits of all its queues' groups, and nobody's: none lost or doubled.
---*/
with expected as (
    select interval_start, count(*) as n_expected
    from core.fact_queue_visit
    where local_date between $from_date and $to_date and not is_consult
    group by interval_start
),

found as (
    select interval_start, sum(n_visits) as n_found
    from core.fact_staffing
    group by interval_start
),

-- Groups of other zones have the quarter hours at the ends of the stretch on other days.
inner_part as (
    select interval_start
    from core.fact_queue_visit
    group by interval_start
    having min(local_date) >= $from_date and max(local_date) <= $to_date
)

select
    interval_start,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
inner join inner_part using (interval_start)
left join found using (interval_start)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
