-- Every definition of the registry, newest version last.
select
    metric_id, metric_version, valid_from, metric_name, description, formula, unit, direction,
    numerator_sql, denominator_sql, additivity, min_n, interval_method, goal, scopes,
    definition_source
from core.dim_metric
order by metric_name, metric_version
