/*---
relation: core.fact_labour
severity: critical
description: >-
  The paid time of a month's labour is that of its quarter hours.
---*/
with expected as (
    select cast(date_trunc('month', local_date) as date) as local_date, sum(paid_ms) as expected_ms
    from core.fact_agent_schedule_interval
    group by all
    having sum(paid_ms) > 0
),

found as (
    select local_date, sum(paid_ms) as found_ms
    from core.fact_labour
    group by local_date
)

select local_date, expected_ms, found_ms
from expected
full join found using (local_date)
where expected_ms is distinct from found_ms
