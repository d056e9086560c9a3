/*---
relation: marts.kpi_day
severity: critical
description: >-
  A queue's offered visits and consultations of a day are the day's visits, and its outcomes sum
  to the offered ones.
---*/
with visits as (
    select queue_id, local_date, count(*) as n_expected
    from core.fact_queue_visit
    where local_date between $from_date and $to_date and direction <> 'outbound'
    group by queue_id, local_date
),

parts as (
    select
        scope_id as queue_id,
        local_date,
        sum(numerator) filter (where metric_id in ('offered', 'consults')) as n_offered,
        sum(numerator) filter (
            where metric_id in (
                'answered', 'abandoned', 'left_by_key', 'timed_out', 'left_empty', 'withdrawn',
                'overflowed', 'cut', 'still_open', 'consults'
            )
        ) as n_outcomes
    from marts.kpi_day
    where scope_kind = 'queue' and local_date between $from_date and $to_date
        and metric_id in (
            'offered', 'answered', 'abandoned', 'left_by_key', 'timed_out', 'left_empty',
            'withdrawn', 'overflowed', 'cut', 'still_open', 'consults'
        )
    group by scope_id, local_date
)

select
    queue_id,
    local_date,
    coalesce(n_expected, 0) as n_expected,
    coalesce(n_offered, 0) as n_offered,
    coalesce(n_outcomes, 0) as n_outcomes
from visits
full join parts using (queue_id, local_date)
where coalesce(n_expected, 0) <> coalesce(n_offered, 0)
    or coalesce(n_expected, 0) <> coalesce(n_outcomes, 0)
