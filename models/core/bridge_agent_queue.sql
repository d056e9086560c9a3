/*---
description: Which queues an agent served from when to when. Of agents of whom nobody told, the queues that they were ever logged in to or had contacts of, as inferred.
owner: team:analytics
grain: [agent_id, queue_id, valid_from]
columns:
  agent_id: {tests: [not_null]}
  queue_id: {tests: [not_null]}
  is_primary: "The agent counts in this queue's staffing group, and in one at a time; empty when nobody said."
  valid_from: {description: First local day on which the agent serves the queue so., tests: [not_null]}
  valid_to: First local day on which that no longer holds.
  is_current: It holds until further notice.
  is_inferred: Known from the logs only.
---*/
with seen as (
    select agent, queue from staging.agent_event where event = 'join' and queue is not null
    union
    select agent, queue from staging.handle_segment where queue is not null
),

told as (
    select
        agent,
        queue,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        is_member,
        -- Blank means unchanged.
        last_value(is_primary ignore nulls) over (
            partition by agent, queue
            order by valid_from nulls first, source
            rows between unbounded preceding and current row
        ) as is_primary,
        -- Of several sources on one day the last of the alphabet counts.
        row_number() over (
            partition by agent, queue, valid_from
            order by source desc
        ) as place
    from staging.agent_queue
),

ordered as (
    select
        *,
        lead(valid_from) over (partition by agent, queue order by valid_from) as next_from
    from told
    where place = 1
)

select
    md5_key(agent || '|' || queue || '|' || cast(valid_from as varchar)) as agent_queue_key,
    agent as agent_id,
    queue as queue_id,
    is_primary,
    valid_from,
    coalesce(next_from, date '9999-12-31') as valid_to,
    next_from is null as is_current,
    false as is_inferred
from ordered
where is_member
union all
select
    md5_key(agent || '|' || queue || '|'), agent, queue, null, date '0001-01-01',
    date '9999-12-31', true, true
from seen
where agent not in (select agent from staging.agent_queue)
