/*---
relation: marts.kpi_day
severity: critical
description: >-
  Counts of visits and refusals over all queues sum to the centre's, where all count their days
  in one zone.
---*/
with zones as (
    select count(distinct zone) as n_zones
    from marts.kpi_day_parts
    where scope_kind in ('all', 'queue')
),

totals as (
    select
        metric_id,
        metric_version,
        local_date,
        sum(numerator) filter (where scope_kind = 'queue') as expected_numerator,
        sum(numerator) filter (where scope_kind = 'all') as found_numerator
    from marts.kpi_day
    where metric_id in (
        'offered', 'answered', 'abandoned', 'short_abandoned', 'exited', 'left_by_key',
        'timed_out', 'left_empty', 'withdrawn', 'overflowed', 'cut', 'still_open', 'lost',
        'consults', 'blocked', 'attempts'
    )
        and scope_kind in ('all', 'queue')
        and local_date between $from_date and $to_date
    group by metric_id, metric_version, local_date
)

select metric_id, metric_version, local_date, expected_numerator, found_numerator
from totals
cross join zones
where n_zones = 1
    and coalesce(expected_numerator, 0) <> coalesce(found_numerator, 0)
