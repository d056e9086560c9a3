/*---
relation: core.fact_contact
severity: critical
description: >-
  Every visit, refusal, ring and segment is of a contact that is there.
---*/
with facts as (
    select 'fact_queue_visit' as table_name, visit_key as fact_key, contact_key, local_date
    from core.fact_queue_visit
    union all
    select 'fact_queue_refusal', refusal_key, contact_key, local_date
    from core.fact_queue_refusal
    union all
    select 'fact_agent_offer', offer_key, contact_key, local_date
    from core.fact_agent_offer
    union all
    select 'fact_handle_segment', segment_key, contact_key, local_date
    from core.fact_handle_segment
)

select f.table_name, f.fact_key, f.local_date
from facts as f
anti join core.fact_contact as c on c.contact_key = f.contact_key
where f.local_date between $from_date and $to_date
