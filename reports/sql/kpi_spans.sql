-- Metrics of the days, weeks or months that begin from $from_date to $to_date, as the warehouse
-- gives them: each of $metrics of the kind of scope at the same place of $kinds, of agents from
-- $agents_from on. The columns after metric_version are those of a Number, in its order.
select
    local_date, metric_id, metric_version, scope_kind, scope_id, value,
    numerator::double as numerator, denominator::double as denominator, coalesce(n, 0) as n,
    case when value is not null then ci_low end as low,
    case when value is not null then ci_high end as high,
    goal, status, is_small, coalesce(is_provisional, false) as is_provisional, coverage
from marts.v_kpi_{grain}
where local_date between $from_date and $to_date
    -- Each branch of the view is one metric: this alone spares those that nobody asks for.
    and list_contains($metrics, metric_id)
    and (scope_kind, metric_id) in (select unnest($kinds), unnest($metrics))
    and (scope_kind <> 'agent' or local_date >= $agents_from)
