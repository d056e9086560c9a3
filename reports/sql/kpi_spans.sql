-- Metrics of the days, weeks or months from $from_date to $to_date, of the centre and of each
-- scope of $kinds.
select
    local_date, metric_id, metric_version, scope_kind, scope_id, numerator, denominator, n,
    value, ci_low, ci_high, goal, status, is_small, is_provisional, coverage
from marts.v_kpi_{grain}
where local_date between $from_date and $to_date
    and metric_id in (select unnest($metrics))
    and (scope_kind = 'all' or scope_kind in (select unnest($kinds)))
order by local_date, metric_id, metric_version, scope_kind, scope_id
