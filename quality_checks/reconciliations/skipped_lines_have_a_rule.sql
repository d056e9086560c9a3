/*---
relation: ops.load_file
severity: critical
description: >-
  Every skipped line was left out by a named rule, and the rules' counts sum to it.
---*/
with counted as (
    select
        source,
        path,
        load_id,
        coalesce(n_skipped, 0) as n_skipped,
        coalesce(
            list_sum(
                map_values(from_json(skipped_by_rule, '"MAP(VARCHAR, BIGINT)"'))
            ),
            0
        ) as n_by_rule
    from ops.load_file
)

select source, path, load_id, n_skipped, n_by_rule
from counted
where n_skipped <> n_by_rule
