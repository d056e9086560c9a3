/*---
relation: core.fact_handle_segment
severity: critical
description: >-
  Each answered visit has a segment with an agent, and no other visit has.
---*/
with connected as (
    select visit_key, count(*) as n_segments
    from core.fact_handle_segment
    where visit_key is not null
        and local_date between $from_date - interval 7 day and $to_date + interval 7 day
    group by visit_key
)

select v.visit_key, v.local_date, v.outcome, coalesce(c.n_segments, 0) as n_segments
from core.fact_queue_visit as v
left join connected as c on c.visit_key = v.visit_key
where v.local_date between $from_date and $to_date
    and (v.outcome = 'answered') <> (c.visit_key is not null)
