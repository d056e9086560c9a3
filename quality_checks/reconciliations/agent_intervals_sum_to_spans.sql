/*---
relation: core.fact_agent_state_interval
severity: critical
description: >-
  An agent's time over the quarter hours of a day is the time of the day's spans, state by state.
---*/
with spans as (
    select source, agent_key, local_date, state, sum(state_ms) as n_expected
    from core.fact_agent_state
    where local_date between $from_date and $to_date
    group by source, agent_key, local_date, state
),

totals as (
    select
        source,
        agent_key,
        local_date,
        sum(handling_ms) as handling_ms,
        sum(wrap_ms) as wrap_ms,
        sum(ringing_ms) as ringing_ms,
        sum(available_ms) as available_ms,
        sum(paused_ms) as paused_ms
    from core.fact_agent_state_interval
    where local_date between $from_date and $to_date
    group by source, agent_key, local_date
),

parts as (
    select source, agent_key, local_date, 'handling' as state, handling_ms as n_found from totals
    union all
    select source, agent_key, local_date, 'wrap', wrap_ms from totals
    union all
    select source, agent_key, local_date, 'ringing', ringing_ms from totals
    union all
    select source, agent_key, local_date, 'available', available_ms from totals
    union all
    select source, agent_key, local_date, 'paused', paused_ms from totals
)

select
    source,
    agent_key,
    local_date,
    state,
    coalesce(spans.n_expected, 0) as expected_ms,
    coalesce(parts.n_found, 0) as found_ms
from spans
full join parts using (source, agent_key, local_date, state)
where coalesce(spans.n_expected, 0) <> coalesce(parts.n_found, 0)
