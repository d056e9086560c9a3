-- Metrics of some days, weeks or months as the warehouse gives them: all of the centre, $metrics of
-- each of $scopes.
select
    local_date, metric_id, metric_version, scope_kind, scope_id, numerator, denominator, n,
    value, ci_low, ci_high, goal, status, is_small, is_provisional, coverage
from marts.v_kpi_{grain}
where local_date between $from_date and $to_date
    and (
        scope_kind = 'all'
        or (list_contains($scopes, scope_kind) and list_contains($metrics, metric_id))
    )
order by local_date, metric_id, metric_version, scope_kind, scope_id
