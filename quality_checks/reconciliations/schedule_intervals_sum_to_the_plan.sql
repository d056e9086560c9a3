/*---
relation: core.fact_agent_schedule_interval
severity: critical
description: >-
  Each day's quarter hours hold all time of the plan that counts, as far as all sources were read.
---*/
with known as (
    select
        coalesce(min(watermark_at) filter (not coalesce(is_retired, false)), max(watermark_at))
            - interval 15 minute as until_at
    from ops.feed_watermark
),

expected as (
    select agent_id, local_date, sum(planned_ms) as n_expected
    from core.agent_plan, known
    where local_date between $from_date and $to_date and interval_start <= until_at
    group by agent_id, local_date
),

found as (
    select agent_id, local_date, sum(planned_ms) as n_found
    from core.fact_agent_schedule_interval, known
    where local_date between $from_date and $to_date and interval_start <= until_at
    group by agent_id, local_date
)

select
    agent_id,
    local_date,
    coalesce(expected.n_expected, 0) as expected_ms,
    coalesce(found.n_found, 0) as found_ms
from expected
full join found using (agent_id, local_date)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
