/*---
relation: marts.kpi_day
severity: critical
description: >-
  Numerators and denominators of a metric sum from quarter hours to the day, in every scope
  and metric that has both. Where a part such as wrap-up is known of some only, numerators may differ by it.
---*/
with intervals as (
    select
        metric_id,
        metric_version,
        scope_kind,
        scope_id,
        local_date,
        sum(numerator) as expected_numerator,
        sum(denominator) as expected_denominator
    from marts.kpi_interval
    where local_date between $from_date and $to_date
    group by metric_id, metric_version, scope_kind, scope_id, local_date
),

days as (
    select
        metric_id,
        metric_version,
        scope_kind,
        scope_id,
        local_date,
        numerator as found_numerator,
        denominator as found_denominator,
        coverage is null or coverage in (0, 1) as is_known_of_all_or_none
    from marts.kpi_day
    where local_date between $from_date and $to_date
        and scope_kind in (select scope_kind from marts.kpi_interval)
        and metric_id in (select metric_id from marts.kpi_interval)
),

additive as (
    select metric_id, metric_version
    from core.dim_metric
    where additivity in ('additive', 'ratio')
)

select
    metric_id,
    metric_version,
    scope_kind,
    local_date,
    coalesce(i.expected_numerator, 0) as expected_numerator,
    coalesce(d.found_numerator, 0) as found_numerator,
    coalesce(i.expected_denominator, 0) as expected_denominator,
    coalesce(d.found_denominator, 0) as found_denominator
from intervals as i
full join days as d using (metric_id, metric_version, scope_kind, scope_id, local_date)
semi join additive using (metric_id, metric_version)
where (
        coalesce(i.expected_numerator, 0) <> coalesce(d.found_numerator, 0)
        and coalesce(d.is_known_of_all_or_none, true)
    )
    or coalesce(i.expected_denominator, 0) <> coalesce(d.found_denominator, 0)
