-- Metrics of the days, weeks or months that begin from $from_date to $to_date, as the warehouse
-- gives them: each of $metrics of the kind of scope at the same place of $kinds.
select
    local_date, metric_id, metric_version, scope_kind, scope_id, numerator, denominator, n,
    value, ci_low, ci_high, goal, status, is_small, is_provisional, coverage
from marts.v_kpi_{grain}
where local_date between $from_date and $to_date
    -- Each branch of the view is one metric: this alone spares those that nobody asks for.
    and list_contains($metrics, metric_id)
    and (scope_kind, metric_id) in (select unnest($kinds), unnest($metrics))
order by local_date, metric_id, metric_version, scope_kind, scope_id
