/*---
relation: ops.load_file
severity: critical
description: >-
  Every line that a load took is a row of the raw lake, and no other.
---*/
with taken as (
    select load_id, sum(coalesce(n_loaded, 0)) as n_expected
    from ops.load_file
    group by load_id
),

kept as (
    select load_id, sum(n_rows) as n_found
    from ops.lake_manifest
    where layer = 'raw'
    group by load_id
)

select
    load_id,
    coalesce(taken.n_expected, 0) as n_expected,
    coalesce(kept.n_found, 0) as n_found
from taken
full join kept using (load_id)
where coalesce(taken.n_expected, 0) <> coalesce(kept.n_found, 0)
