/*---
description: One version of the definition of one metric, as this warehouse was built with.
owner: team:analytics
grain: [metric_key]
columns:
  metric_key: {tests: [not_null, unique]}
  metric_id: {tests: [not_null]}
  description: What the metric says, in plain words.
---*/
select
    md5_key(metric_id || '@' || cast(metric_version as varchar)) as metric_key,
    metric_id,
    metric_version,
    valid_from,
    metric_name,
    description,
    formula,
    unit,
    direction,
    numerator_sql,
    denominator_sql,
    additivity,
    min_n,
    interval_method,
    goal,
    scopes,
    definition_source
from ops.metric_definition
