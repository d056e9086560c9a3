/*---
relation: core.fact_agent_offer
severity: critical
description: >-
  Every ring is for a visit that is there.
---*/
select o.offer_key, o.visit_key, o.local_date
from core.fact_agent_offer as o
anti join core.fact_queue_visit as v on v.visit_key = o.visit_key
where o.local_date between $from_date and $to_date
