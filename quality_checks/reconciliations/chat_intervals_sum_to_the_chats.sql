/*---
relation: core.fact_chat_interval
severity: critical
description: >-
  An agent's quarter hours hold all time of the agent's chats that have ended.
---*/
with expected as (
    select
        agent_id,
        sum(ms_between(connected_at, least(ended_at, connected_at + interval 2 day))) as expected_ms
    from core.fact_handle_segment
    where channel = 'chat' and role = 'customer' and not is_cut and ended_at > connected_at
    group by agent_id
),

found as (
    select agent_id, sum(chat_ms) as found_ms from core.fact_chat_interval group by agent_id
)

select agent_id, expected_ms, found_ms
from expected
full join found using (agent_id)
where expected_ms is distinct from found_ms
