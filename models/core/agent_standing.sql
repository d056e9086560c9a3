/*---
description: "What an agent's log-ins, queue memberships and pauses say he could do from an instant on, whatever calls he handled: one row for each change. Every local day begins anew with what the midnight before handed over. `fact_agent_state` lays his work over it."
owner: team:analytics
grain: [source, zone, agent_id, local_date, from_at]
materialization: daily
columns:
  agent_id: {tests: [not_null]}
  local_date: {description: Local day in the source's zone., tests: [not_null]}
  from_at: {description: From when on it holds (UTC)., tests: [not_null]}
  standing_no: {description: "Place among the day's changes, from 1.", tests: [not_null, {min: 1}]}
  state: {description: "available, paused, or off (logged out, or in no queue); where the source logs states also handling, wrap and ringing.", tests: [not_null, {allowed: [handling, wrap, ringing, available, paused, "off"]}]}
  reason: Reason of the latest pause in effect; empty unless paused and told.
  n_queues_available: Queues in which the agent could have been rung; -1 unless available.
  is_inferred: Nothing in the logs says that the agent was logged in; it rests on what the agent did alone.
  state_before: State of the change before; off for the first of the day.
  is_inferred_before: The same of the change before; true for the first of the day.
---*/
with wanted_day as (
    select
        i.zone, i.local_date, row_number() over (order by i.zone, i.local_date) as day_no
    from core.dim_interval as i
    inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
    group by i.zone, i.local_date
),

near_event as (
    select e.*
    from staging.agent_event as e
    inner join ops.build_window as w on e.local_date between w.from_date and w.to_date
),

-- Agents and their days get small numbers: sorting those takes half the time of sorting names.
agent as (
    select source, zone, agent, row_number() over (order by source, zone, agent) as agent_no
    from near_event
    group by source, zone, agent
),

agent_day as (
    select
        a.agent_no * 100000 + d.day_no as agent_day, a.source, a.agent, d.zone, d.local_date
    from agent as a
    inner join wanted_day as d on d.zone = a.zone
),

event as (
    select
        a.agent_no * 100000 + d.day_no as agent_day,
        e.queue, e.event_at, e.event, e.state, e.reason, e.is_inferred, e.is_carried,
        row_number() over (
            partition by a.agent_no, d.day_no
            order by e.event_at, e.event_rank, e.event, e.event_repeat, e.queue nulls first
        ) as place
    from near_event as e
    inner join agent as a on a.source = e.source and a.zone = e.zone and a.agent = e.agent
    inner join wanted_day as d on d.zone = e.zone and d.local_date = e.local_date
),

agent_queue as (
    select distinct agent_day, queue
    from event
    where queue is not null
),

-- A change in all queues is one in each of them; carried pauses are restated for each anyway.
queue_event as (
    select agent_day, queue, place, event_at, event, reason, is_inferred
    from event
    where queue is not null and event in ('join', 'leave', 'pause', 'unpause')
    union all
    select e.agent_day, q.queue, e.place, e.event_at, e.event, e.reason, e.is_inferred
    from event as e
    inner join agent_queue as q on q.agent_day = e.agent_day
    where e.queue is null and not e.is_carried and e.event in ('leave', 'pause', 'unpause')
),

membership as (
    select
        *,
        coalesce(
            last_value(case event when 'join' then 1 when 'leave' then 0 end ignore nulls)
                over so_far,
            0
        ) as is_in,
        coalesce(
            last_value(
                case
                    when event = 'join' and is_inferred then 0
                    when event = 'join' then 1
                    when event = 'leave' then 0
                end
                ignore nulls
            ) over so_far,
            0
        ) as is_explicit
    from queue_event
    window so_far as (
        partition by agent_day, queue
        order by place
        rows between unbounded preceding and current row
    )
),

-- A pause holds until it is taken back or the agent leaves; who joins anew is not paused, and a
-- pause in a queue he is not in bears on nothing.
pause_change as (
    select
        *,
        case
            when event = 'pause' and is_in = 1 then 1
            when event in ('unpause', 'leave') then 0
            when event = 'join'
                and coalesce(lag(is_in) over (partition by agent_day, queue order by place), 0) = 0
                then 0
        end as is_pausing
    from membership
),

queue_state as (
    select
        *,
        is_in * coalesce(
            last_value(is_pausing ignore nulls) over (
                partition by agent_day, queue
                order by place
                rows between unbounded preceding and current row
            ),
            0
        ) as is_paused
    from pause_change
),

queue_delta as (
    select
        agent_day,
        event_at,
        is_in - coalesce(lag(is_in) over by_place, 0) as members,
        is_explicit - coalesce(lag(is_explicit) over by_place, 0) as explicit_members,
        is_paused - coalesce(lag(is_paused) over by_place, 0) as paused_members
    from queue_state
    window by_place as (partition by agent_day, queue order by place)
),

-- Log-in to the system (unknown until told), and the pause that is not of one queue.
whole_event as (
    select agent_day, place, event_at, event, reason
    from event
    where event in ('login', 'logout') or (queue is null and event in ('pause', 'unpause'))
),

whole_state as (
    select
        *,
        coalesce(
            last_value(case event when 'login' then 1 when 'logout' then 0 end ignore nulls)
                over so_far,
            0
        ) as is_login,
        coalesce(
            last_value(case event when 'login' then 0 when 'logout' then 1 end ignore nulls)
                over so_far,
            0
        ) as is_logout,
        coalesce(
            last_value(case event when 'pause' then 1 when 'unpause' then 0 end ignore nulls)
                over so_far,
            0
        ) as is_flagged
    from whole_event
    window so_far as (
        partition by agent_day
        order by place
        rows between unbounded preceding and current row
    )
),

whole_delta as (
    select
        agent_day,
        event_at,
        is_login - coalesce(lag(is_login) over by_place, 0) as logins,
        is_logout - coalesce(lag(is_logout) over by_place, 0) as logouts,
        is_flagged - coalesce(lag(is_flagged) over by_place, 0) as flags
    from whole_state
    window by_place as (partition by agent_day order by place)
),

-- States as the source logs them. What a reason stands for counts before what the state does; a
-- word that nothing is known of is a pause for that reason; a log-out ends it.
told as (
    select
        e.agent_day,
        e.event_at,
        e.place,
        e.is_inferred,
        case
            when e.event = 'logout' then ''
            else coalesce(
                own_reason.state_class, any_reason.state_class,
                own_state.state_class, any_state.state_class,
                case
                    when lower(e.state) in ('handling', 'wrap', 'ringing', 'available', 'off')
                        then lower(e.state)
                    when lower(e.state) in ('offline', 'logout') then 'off'
                    else 'paused'
                end
            )
        end as told_class,
        -- A reason that no map knows gives way to a state that one does.
        case
            when own_reason.state_class is null and any_reason.state_class is null
                and coalesce(own_state.state_class, any_state.state_class) is not null
                then e.state
            else coalesce(e.reason, e.state, '')
        end as told_reason
    from event as e
    inner join agent_day as d on d.agent_day = e.agent_day
    left join core.state_map as own_reason
        on own_reason.source = d.source and own_reason.reason = e.reason
        and d.local_date >= own_reason.valid_from and d.local_date < own_reason.valid_to
    left join core.state_map as any_reason
        on any_reason.source = '' and any_reason.reason = e.reason
        and d.local_date >= any_reason.valid_from and d.local_date < any_reason.valid_to
    left join core.state_map as own_state
        on own_state.source = d.source and own_state.reason = e.state
        and d.local_date >= own_state.valid_from and d.local_date < own_state.valid_to
    left join core.state_map as any_state
        on any_state.source = '' and any_state.reason = e.state
        and d.local_date >= any_state.valid_from and d.local_date < any_state.valid_to
    where e.event in ('state', 'logout')
),

-- One running sum carries six counts, each worth a thousand times the one before: memberships,
-- those told of and those paused, log-ins, log-outs, pauses that are not of one queue. Six sums
-- take thrice as long.
delta as (
    select
        agent_day, event_at,
        members + 1000 * explicit_members + 1000000 * paused_members as change,
        cast(null as bigint) as told_place
    from queue_delta
    union all
    select
        agent_day, event_at,
        1000000000 * logins + 1000000000000 * logouts + 1000000000000000 * flags,
        null
    from whole_delta
    union all
    select agent_day, event_at, 0, place
    from told
),

-- Of several states told at one instant the last one holds.
instant as (
    select
        agent_day, event_at, cast(sum(change) as bigint) as change, max(told_place) as told_place
    from delta
    group by agent_day, event_at
),

running as (
    select
        i.agent_day,
        i.event_at,
        cast(sum(i.change) over so_far as bigint) as carried,
        last_value(t.told_class ignore nulls) over so_far as told_class,
        last_value(t.told_reason ignore nulls) over so_far as told_reason,
        last_value(t.is_inferred ignore nulls) over so_far as is_told_inferred
    from instant as i
    left join told as t on t.agent_day = i.agent_day and t.place = i.told_place
    window so_far as (
        partition by i.agent_day
        order by i.event_at
        rows between unbounded preceding and current row
    )
),

told_standing as (
    select
        agent_day, event_at, told_class, told_reason, is_told_inferred,
        carried - carried // 1000 * 1000 as members,
        carried // 1000 - carried // 1000000 * 1000 as explicit_members,
        carried // 1000000 - carried // 1000000000 * 1000 as paused_members,
        carried // 1000000000 - carried // 1000000000000 * 1000 as logins,
        carried // 1000000000000 - carried // 1000000000000000 * 1000 as logouts,
        carried // 1000000000000000 as flags
    from running
),

plain_standing as (
    select
        agent_day,
        event_at,
        case when told_class <> '' then told_reason end as told_reason,
        case
            when told_class = 'off' then null
            when told_class in ('handling', 'wrap', 'ringing', 'available') then told_class
            when told_class <> '' then 'paused'
            when logins = 0 and (logouts > 0 or members = 0) then null
            when members > 0 and paused_members = members then 'paused'
            when members = 0 and flags > 0 then 'paused'
            else 'available'
        end as state,
        members - paused_members as n_queues_available,
        case
            when told_class <> '' then is_told_inferred
            else logins = 0 and (logouts > 0 or explicit_members = 0)
        end as is_inferred
    from told_standing
),

-- Which pauses are in effect when, so that a paused stretch can say why.
pause_signal as (
    select agent_day, queue, place, event_at, reason, is_pausing
    from pause_change
    where is_pausing is not null
    union all
    select agent_day, '', place, event_at, reason, case event when 'pause' then 1 else 0 end
    from whole_event
    where event in ('pause', 'unpause')
),

pause as (
    select
        *,
        lead(event_at) over (partition by agent_day, queue order by place) as until_at
    from pause_signal
),

pause_reason as (
    select
        s.agent_day,
        s.event_at,
        p.reason,
        row_number() over (
            partition by s.agent_day, s.event_at
            order by p.place desc, p.queue
        ) as place
    from plain_standing as s
    inner join pause as p
        on p.agent_day = s.agent_day
        and p.is_pausing = 1
        and p.event_at <= s.event_at
        and (p.until_at > s.event_at or p.until_at is null)
    where s.state = 'paused'
),

full_standing as (
    select
        s.agent_day,
        s.event_at,
        coalesce(s.state, 'off') as state,
        case when s.state = 'paused' then coalesce(s.told_reason, r.reason, '') else '' end
            as reason,
        case
            when s.state <> 'available' then -1
            -- Who says that he is available is, in one queue at least.
            when s.told_reason is not null then greatest(cast(s.n_queues_available as integer), 1)
            else cast(s.n_queues_available as integer)
        end
            as n_queues_available,
        s.is_inferred
    from plain_standing as s
    left join pause_reason as r
        on r.agent_day = s.agent_day and r.event_at = s.event_at and r.place = 1
),

compared as (
    select
        *,
        lag(state) over by_time as state_before,
        lag(reason) over by_time as reason_before,
        lag(n_queues_available) over by_time as n_before,
        coalesce(lag(is_inferred) over by_time, true) as is_inferred_before
    from full_standing
    window by_time as (partition by agent_day order by event_at)
)

select
    d.source,
    d.zone,
    d.agent as agent_id,
    d.local_date,
    c.event_at as from_at,
    row_number() over (partition by c.agent_day order by c.event_at) as standing_no,
    c.state,
    c.reason,
    c.n_queues_available,
    c.is_inferred,
    coalesce(c.state_before, 'off') as state_before,
    c.is_inferred_before
from compared as c
inner join agent_day as d on d.agent_day = c.agent_day
where c.state_before is null
    or c.state <> c.state_before
    or c.reason <> c.reason_before
    or c.n_queues_available <> c.n_before
    or c.is_inferred <> c.is_inferred_before
