/*---
description: The centre's own goal for a metric in one scope, from a day on; an empty goal says that there is none any more.
owner: team:analytics
grain: [metric_id, scope_kind, scope_id, valid_from]
columns:
  metric_id: {tests: [not_null]}
  valid_from: First local day of this goal.
  valid_to: First local day on which it is no longer the goal.
---*/
with listed as (
    select
        metric_id,
        scope_kind,
        scope_id,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        goal,
        currency,
        row_number() over (
            partition by metric_id, scope_kind, scope_id, coalesce(valid_from, date '0001-01-01')
            order by source
        ) as place
    from staging.goal
)

select
    metric_id,
    scope_kind,
    scope_id,
    valid_from,
    lead(valid_from, 1, date '9999-12-31') over (
        partition by metric_id, scope_kind, scope_id
        order by valid_from
    ) as valid_to,
    cast(goal as double) as goal,
    currency
from listed
where place = 1
