/*---
description: "An agent's quarter hour of chats with customers: how long they lasted together, and how long there was at least one. A chat that has not ended, or that was cut, is left out; one of more than two days counts as two."
owner: team:analytics
grain: [agent_id, interval_start]
materialization: daily
reach: {after: 3}
metrics:
  row: chat_time
  attribution: split at interval edges
  agent: f.agent_id
  agent_version: f.agent_key
columns:
  agent_id: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: "Local day in the zone of the agent's site.", tests: [not_null]}
  chat_ms: {tests: [not_null, {min: 1}]}
  chat_engaged_ms: {tests: [not_null, {min: 1}, {max: 900000}]}
---*/
with leg as (
    select
        s.segment_key, s.agent_id, s.zone, s.local_date, s.connected_at,
        least(s.ended_at, s.connected_at + interval '2' day) as ended_at
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.scan_to
    where s.channel = 'chat' and s.role = 'customer' and not s.is_cut
        and s.ended_at > s.connected_at
),

-- Of each leg, what no earlier one of the agent covers: these stretches do not overlap.
followed as (
    select
        *,
        max(ended_at) over (
            partition by agent_id order by connected_at, segment_key
            rows between unbounded preceding and 1 preceding
        ) as busy_until
    from leg
),

-- A leg reaches from the quarter hour before its first instant over two days at most: to look at
-- all quarter hours of these days, and not of all days, keeps the time from growing with history.
near_day as (
    select cast(-86400000 as bigint) as shift_ms
    union all select 0
    union all select 86400000
    union all select 172800000
),

piece as (
    select
        f.agent_id,
        coalesce(z.zone, f.zone) as zone,
        i.interval_start,
        ms_between(
            greatest(f.connected_at, i.interval_start),
            least(f.ended_at, i.interval_start + interval '15' minute)
        ) as chat_ms,
        ms_between(
            greatest(f.connected_at, i.interval_start, coalesce(f.busy_until, f.connected_at)),
            least(f.ended_at, i.interval_start + interval '15' minute)
        ) as alone_ms
    from followed as f
    left join core.dim_agent as z
        on z.agent_id = f.agent_id
        and f.local_date >= z.valid_from
        and f.local_date < z.valid_to
    cross join near_day as d
    inner join core.dim_interval as i
        on i.zone = coalesce(z.zone, f.zone)
        and cast(i.interval_start as date) = cast(add_ms(f.connected_at, d.shift_ms) as date)
        and i.interval_start > f.connected_at - interval '15' minute
        and i.interval_start < f.ended_at
),

total as (
    select
        agent_id,
        interval_start,
        min(zone) as zone,
        cast(sum(chat_ms) as bigint) as chat_ms,
        cast(sum(greatest(alone_ms, 0)) as bigint) as chat_engaged_ms
    from piece
    where chat_ms > 0
    group by agent_id, interval_start
)

select
    coalesce(a.agent_key, -1) as agent_key,
    t.agent_id,
    i.interval_key,
    t.interval_start,
    i.local_date,
    i.zone,
    t.chat_ms,
    t.chat_engaged_ms
from total as t
inner join core.dim_interval as i on i.zone = t.zone and i.interval_start = t.interval_start
inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
left join core.dim_agent as a
    on a.agent_id = t.agent_id and i.local_date >= a.valid_from and i.local_date < a.valid_to
