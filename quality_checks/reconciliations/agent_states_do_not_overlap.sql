/*---
relation: core.fact_agent_state
severity: critical
description: >-
  An agent is in one state at a time.
---*/
with spans as (
    select
        state_span_key,
        agent_id,
        source,
        local_date,
        from_at,
        max(to_at) over (
            partition by source, agent_id
            order by from_at, to_at
            rows between unbounded preceding and 1 preceding
        ) as found_busy_until_at
    from core.fact_agent_state
    where local_date between $from_date and $to_date
)

select state_span_key, source, local_date, from_at, found_busy_until_at
from spans
where from_at < found_busy_until_at
