/*---
description: "An agent's quarter hour: how much of it went into which state. The five states add up to logged_in_ms."
owner: team:analytics
grain: [source, agent_id, interval_start, local_date]
materialization: daily
metrics:
  row: agent_time
  attribution: split at interval edges
  agent: f.agent_id
  agent_version: f.agent_key
columns:
  agent_id: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day of the quarter hour., tests: [not_null]}
  logged_in_ms: {tests: [{min: 0}]}
---*/
with span as (
    select
        s.source, s.agent_key, s.agent_id, s.zone, s.local_date, s.state, s.state_class,
        s.is_inferred, s.from_at, s.to_at, s.state_ms, bucket15(s.from_at) as interval_start
    from core.fact_agent_state as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
),

piece as (
    select source, agent_key, agent_id, zone, local_date, state, state_class, is_inferred,
        interval_start, state_ms
    from span
    where to_at <= interval_start + interval '15' minute
    union all
    select
        s.source, s.agent_key, s.agent_id, s.zone, s.local_date, s.state, s.state_class,
        s.is_inferred, i.interval_start,
        ms_between(
            timestamp '2000-01-01 00:00:00',
            least(s.to_at, i.interval_start + interval '15' minute)
        )
        - ms_between(timestamp '2000-01-01 00:00:00', greatest(s.from_at, i.interval_start))
    from span as s
    inner join core.dim_interval as i
        on i.zone = s.zone
        and i.local_date = s.local_date
        and i.interval_start >= s.interval_start
        and i.interval_start < s.to_at
    where s.to_at > s.interval_start + interval '15' minute
),

total as (
    select
        source, agent_key, agent_id, zone, local_date, interval_start,
        cast(coalesce(sum(state_ms) filter (where state = 'handling'), 0) as bigint)
            as handling_ms,
        cast(coalesce(sum(state_ms) filter (where state = 'wrap'), 0) as bigint) as wrap_ms,
        cast(coalesce(sum(state_ms) filter (where state = 'ringing'), 0) as bigint)
            as ringing_ms,
        cast(coalesce(sum(state_ms) filter (where state = 'available'), 0) as bigint)
            as available_ms,
        cast(coalesce(sum(state_ms) filter (where state = 'paused'), 0) as bigint) as paused_ms,
        cast(coalesce(sum(state_ms) filter (where state_class = 'break'), 0) as bigint)
            as break_ms,
        cast(coalesce(sum(state_ms) filter (where state_class = 'other_work'), 0) as bigint)
            as other_work_ms,
        cast(sum(state_ms) as bigint) as logged_in_ms,
        cast(coalesce(sum(state_ms) filter (where is_inferred), 0) as bigint) as inferred_ms,
        cast(
            coalesce(
                sum(state_ms) filter (where state in ('handling', 'wrap') and not is_inferred), 0
            ) as bigint
        ) as occupied_ms,
        cast(
            coalesce(sum(state_ms) filter (where state <> 'paused' and not is_inferred), 0)
            as bigint
        ) as occupancy_base_ms
    from piece
    group by source, agent_key, agent_id, zone, local_date, interval_start
)

select
    t.agent_key,
    t.agent_id,
    t.source,
    coalesce(i.interval_key, -1) as interval_key,
    t.interval_start,
    t.zone,
    t.local_date,
    t.handling_ms,
    t.wrap_ms,
    t.ringing_ms,
    t.available_ms,
    t.paused_ms,
    t.break_ms,
    t.other_work_ms,
    t.logged_in_ms,
    t.inferred_ms,
    t.occupied_ms,
    t.occupancy_base_ms
from total as t
left join core.dim_interval as i
    on i.zone = t.zone and i.interval_start = t.interval_start
