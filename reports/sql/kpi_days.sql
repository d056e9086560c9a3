-- Every metric of some days, as the warehouse gives it.
select
    local_date, metric_id, metric_version, scope_kind, scope_id, numerator, denominator, n,
    value, ci_low, ci_high, goal, status, is_small, is_provisional, coverage
from marts.v_kpi_day
where local_date between $from_date and $to_date
    and scope_kind in ('all', 'queue', 'agent')
order by local_date, metric_id, metric_version, scope_kind, scope_id
