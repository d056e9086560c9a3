/*---
relation: ops.load_file
severity: critical
description: >-
  Every line that a load refused is in quarantine with its reason, and no other.
---*/
with refused as (
    select load_id, sum(coalesce(n_quarantined, 0)) as n_expected
    from ops.load_file
    group by load_id
),

kept as (
    select load_id, count(*) as n_found from ops.quarantine group by load_id
)

select
    load_id,
    coalesce(refused.n_expected, 0) as n_expected,
    coalesce(kept.n_found, 0) as n_found
from refused
full join kept using (load_id)
where coalesce(refused.n_expected, 0) <> coalesce(kept.n_found, 0)
