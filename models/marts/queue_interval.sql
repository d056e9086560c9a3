/*---
description: One queue in one quarter hour. Visits count where they entered, refusals where they were refused, rings where they began, legs where they connected. Consultation calls are in n_consult only.
owner: team:analytics
grain: [queue_id, interval_start, local_date]
materialization: daily
columns:
  queue_id: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day of the quarter hour in the queue's zone., tests: [not_null]}
  local_time: Local time at which the quarter hour starts, HH:MM.
  n_offered: {tests: [{min: 0}]}
---*/
with visit as (
    select
        v.queue_id, v.queue_key, v.zone, v.local_date, v.interval_start,
        count(*) filter (where not is_consult) as n_offered,
        count(*) filter (where not is_consult and is_answered) as n_answered,
        count(*) filter (where not is_consult and outcome = 'abandoned') as n_abandoned,
        count(*) filter (where not is_consult and is_short_abandon) as n_short_abandoned,
        count(*) filter (where not is_consult and outcome = 'exit_key') as n_exit_key,
        count(*) filter (where not is_consult and outcome = 'timeout') as n_timeout,
        count(*) filter (where not is_consult and outcome = 'empty') as n_empty,
        count(*) filter (where not is_consult and outcome = 'withdrawn') as n_withdrawn,
        count(*) filter (where not is_consult and outcome = 'overflow') as n_overflow,
        count(*) filter (where not is_consult and outcome = 'cut') as n_cut,
        count(*) filter (where not is_consult and outcome = 'open') as n_open,
        count(*) filter (where not is_consult and is_answered and is_within_threshold)
            as n_answered_in_threshold,
        count(*) filter (
            where not is_consult
                and is_within_threshold
                and outcome in ('abandoned', 'timeout', 'empty', 'withdrawn')
        ) as n_lost_in_threshold,
        count(*) filter (where not is_consult and outcome = 'abandoned' and is_within_threshold)
            as n_abandoned_in_threshold,
        count(*) filter (where is_consult) as n_consult,
        sum(wait_ms) filter (where not is_consult and is_answered) as wait_answered_ms,
        sum(wait_ms) filter (where not is_consult) as wait_all_ms,
        max(wait_ms) filter (where not is_consult) as longest_wait_ms
    from core.fact_queue_visit as v
    inner join ops.build_window as w on v.local_date between w.from_date and w.to_date
    group by v.queue_id, v.queue_key, v.zone, v.local_date, v.interval_start
),

refusal as (
    select r.queue_id, r.queue_key, r.zone, r.local_date, r.interval_start, count(*) as n_blocked
    from core.fact_queue_refusal as r
    inner join ops.build_window as w on r.local_date between w.from_date and w.to_date
    group by r.queue_id, r.queue_key, r.zone, r.local_date, r.interval_start
),

offer as (
    select
        o.queue_id, o.queue_key, o.zone, o.local_date, o.interval_start,
        count(*) as n_offers,
        count(*) filter (where o.outcome = 'no_answer') as n_ring_no_answer,
        count(*) filter (where o.outcome = 'declined') as n_declined
    from core.fact_agent_offer as o
    inner join ops.build_window as w on o.local_date between w.from_date and w.to_date
    where not o.is_consult
    group by o.queue_id, o.queue_key, o.zone, o.local_date, o.interval_start
),

leg as (
    select
        s.queue_id, s.queue_key, s.zone, s.local_date, s.interval_start,
        sum(s.talk_ms) as talk_ms,
        count(*) as n_segments,
        count(*) filter (where s.is_transfer) as n_transfers
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
    where s.queue_id is not null and s.role = 'customer'
    group by s.queue_id, s.queue_key, s.zone, s.local_date, s.interval_start
),

period as (
    select queue_id, queue_key, zone, local_date, interval_start from visit
    union
    select queue_id, queue_key, zone, local_date, interval_start from refusal
    union
    select queue_id, queue_key, zone, local_date, interval_start from offer
    union
    select queue_id, queue_key, zone, local_date, interval_start from leg
)

select
    p.queue_id,
    q.queue_name,
    q.queue_group,
    p.local_date,
    p.interval_start,
    i.local_time,
    p.zone,
    coalesce(v.n_offered, 0) as n_offered,
    coalesce(v.n_answered, 0) as n_answered,
    coalesce(v.n_abandoned, 0) as n_abandoned,
    coalesce(v.n_short_abandoned, 0) as n_short_abandoned,
    coalesce(v.n_exit_key, 0) as n_exit_key,
    coalesce(v.n_timeout, 0) as n_timeout,
    coalesce(v.n_empty, 0) as n_empty,
    coalesce(v.n_withdrawn, 0) as n_withdrawn,
    coalesce(v.n_overflow, 0) as n_overflow,
    coalesce(v.n_cut, 0) as n_cut,
    coalesce(v.n_open, 0) as n_open,
    coalesce(r.n_blocked, 0) as n_blocked,
    coalesce(v.n_answered_in_threshold, 0) as n_answered_in_threshold,
    coalesce(v.n_lost_in_threshold, 0) as n_lost_in_threshold,
    coalesce(v.n_abandoned_in_threshold, 0) as n_abandoned_in_threshold,
    coalesce(v.n_consult, 0) as n_consult,
    ms_to_s(coalesce(v.wait_answered_ms, 0)) as wait_answered_s,
    ms_to_s(coalesce(v.wait_all_ms, 0)) as wait_all_s,
    ms_to_s(v.longest_wait_ms) as longest_wait_s,
    ms_to_s(coalesce(l.talk_ms, 0)) as talk_s,
    coalesce(l.n_segments, 0) as n_segments,
    coalesce(l.n_transfers, 0) as n_transfers,
    coalesce(o.n_offers, 0) as n_offers,
    coalesce(o.n_ring_no_answer, 0) as n_ring_no_answer,
    coalesce(o.n_declined, 0) as n_declined,
    q.service_level_s
from period as p
left join visit as v
    on v.queue_id = p.queue_id
    and v.queue_key = p.queue_key
    and v.zone = p.zone
    and v.local_date = p.local_date
    and v.interval_start = p.interval_start
left join refusal as r
    on r.queue_id = p.queue_id
    and r.queue_key = p.queue_key
    and r.zone = p.zone
    and r.local_date = p.local_date
    and r.interval_start = p.interval_start
left join offer as o
    on o.queue_id = p.queue_id
    and o.queue_key = p.queue_key
    and o.zone = p.zone
    and o.local_date = p.local_date
    and o.interval_start = p.interval_start
left join leg as l
    on l.queue_id = p.queue_id
    and l.queue_key = p.queue_key
    and l.zone = p.zone
    and l.local_date = p.local_date
    and l.interval_start = p.interval_start
left join core.dim_queue as q on q.queue_key = p.queue_key
left join core.dim_interval as i on i.zone = p.zone and i.interval_start = p.interval_start
