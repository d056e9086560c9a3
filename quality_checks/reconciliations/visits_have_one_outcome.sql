/*---
relation: core.fact_queue_visit
severity: critical
description: >-
  Each visit has exactly one outcome, and it is one of the known ones.
---*/
select
    v.visit_key,
    min(v.outcome) as outcome,
    count(*) as n_outcomes,
    count(o.outcome_key) as n_found
from core.fact_queue_visit as v
left join core.dim_outcome as o
    on o.outcome_key = v.outcome_key and o.outcome = v.outcome and o.outcome_key <> -1
where v.local_date between $from_date and $to_date
group by v.visit_key
having count(*) <> 1 or count(o.outcome_key) <> 1
