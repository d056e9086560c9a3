/*---
relation: marts.agent_day
severity: critical
description: >-
  An agent's day has the time of all his spans and every leg with a customer.
---*/
with spans as (
    select agent_id, local_date, sum(state_ms) as expected_ms
    from core.fact_agent_state
    where local_date between $from_date and $to_date
    group by agent_id, local_date
),

legs as (
    select agent_id, local_date, count(*) as n_expected
    from core.fact_handle_segment
    where role = 'customer' and local_date between $from_date and $to_date
    group by agent_id, local_date
),

days as (
    select agent_id, local_date, logged_in_s * 1000 as found_ms, n_segments as n_found
    from marts.agent_day
    where local_date between $from_date and $to_date
)

select
    local_date,
    coalesce(spans.expected_ms, 0) as expected_ms,
    coalesce(days.found_ms, 0) as found_ms,
    coalesce(legs.n_expected, 0) as n_expected,
    coalesce(days.n_found, 0) as n_found
from days
full join spans using (agent_id, local_date)
full join legs using (agent_id, local_date)
where coalesce(spans.expected_ms, 0) <> coalesce(days.found_ms, 0)
    or coalesce(legs.n_expected, 0) <> coalesce(days.n_found, 0)
