/*---
relation: core.fact_agent_state
severity: critical
description: >-
  An agent is in one state at a time.
---*/
-- An agent of whom no span begins within the one before it has none that overlap: most agents are
-- done with after that cheap look.
with follows as (
    select
        source,
        agent_id,
        from_at,
        lag(to_at) over (partition by source, agent_id order by from_at, to_at) as before_to_at
    from core.fact_agent_state
    where local_date between $from_date and $to_date
),

doubtful as (
    select distinct source, agent_id from follows where from_at < before_to_at
),

spans as (
    select
        s.state_span_key,
        s.source,
        s.local_date,
        s.from_at,
        max(s.to_at) over (
            partition by s.source, s.agent_id
            order by s.from_at, s.to_at
            rows between unbounded preceding and 1 preceding
        ) as found_busy_until_at
    from core.fact_agent_state as s
    inner join doubtful as d on d.source = s.source and d.agent_id = s.agent_id
    where s.local_date between $from_date and $to_date
)

select state_span_key, source, local_date, from_at, found_busy_until_at
from spans
where from_at < found_busy_until_at
