/*---
description: One agent on one local day. Legs and talk are those with customers that connected that day; the states are all of the day's logged-in time.
owner: team:analytics
grain: [agent_id, local_date]
materialization: daily
columns:
  agent_id: {tests: [not_null]}
  local_date: {tests: [not_null]}
  logged_in_s: {tests: [{min: 0}]}
---*/
with leg as (
    select
        s.agent_id, s.local_date,
        count(distinct s.contact_key) as n_handled_contacts,
        count(*) as n_segments,
        count(*) filter (where s.is_transfer) as n_transfers,
        sum(s.talk_ms) as talk_ms,
        sum(s.hold_ms) as hold_ms,
        sum(s.wrap_ms) as wrap_ms
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
    where s.role = 'customer'
    group by s.agent_id, s.local_date
),

offer as (
    select
        o.agent_id, o.local_date,
        count(*) as n_offers,
        count(*) filter (where o.outcome = 'no_answer') as n_ring_no_answer,
        count(*) filter (where o.outcome = 'declined') as n_declined
    from core.fact_agent_offer as o
    inner join ops.build_window as w on o.local_date between w.from_date and w.to_date
    where not o.is_consult
    group by o.agent_id, o.local_date
),

spent as (
    select
        t.agent_id, t.local_date,
        sum(t.handling_ms) as handling_ms,
        sum(t.wrap_ms) as in_wrap_ms,
        sum(t.ringing_ms) as ringing_ms,
        sum(t.available_ms) as available_ms,
        sum(t.paused_ms) as paused_ms,
        sum(t.logged_in_ms) as logged_in_ms,
        sum(t.inferred_ms) as inferred_ms,
        sum(t.occupied_ms) as occupied_ms,
        sum(t.occupancy_base_ms) as occupancy_base_ms
    from core.fact_agent_state_interval as t
    inner join ops.build_window as w on t.local_date between w.from_date and w.to_date
    group by t.agent_id, t.local_date
),

period as (
    select agent_id, local_date from leg
    union
    select agent_id, local_date from offer
    union
    select agent_id, local_date from spent
)

select
    p.agent_id,
    a.agent_name,
    a.team,
    a.site,
    p.local_date,
    coalesce(l.n_handled_contacts, 0) as n_handled_contacts,
    coalesce(l.n_segments, 0) as n_segments,
    ms_to_s(coalesce(l.talk_ms, 0)) as talk_s,
    ms_to_s(l.hold_ms) as hold_s,
    ms_to_s(l.wrap_ms) as wrap_s,
    ms_to_s(coalesce(t.handling_ms, 0)) as handling_s,
    ms_to_s(coalesce(t.in_wrap_ms, 0)) as in_wrap_s,
    ms_to_s(coalesce(t.ringing_ms, 0)) as ringing_s,
    ms_to_s(coalesce(t.available_ms, 0)) as available_s,
    ms_to_s(coalesce(t.paused_ms, 0)) as paused_s,
    ms_to_s(coalesce(t.logged_in_ms, 0)) as logged_in_s,
    ms_to_s(coalesce(t.inferred_ms, 0)) as inferred_s,
    ms_to_s(coalesce(t.occupied_ms, 0)) as occupied_s,
    ms_to_s(coalesce(t.occupancy_base_ms, 0)) as occupancy_base_s,
    coalesce(o.n_offers, 0) as n_offers,
    coalesce(o.n_ring_no_answer, 0) as n_ring_no_answer,
    coalesce(o.n_declined, 0) as n_declined,
    coalesce(l.n_transfers, 0) as n_transfers
from period as p
left join leg as l on l.agent_id = p.agent_id and l.local_date = p.local_date
left join offer as o on o.agent_id = p.agent_id and o.local_date = p.local_date
left join spent as t on t.agent_id = p.agent_id and t.local_date = p.local_date
left join core.dim_agent as a
    on a.agent_id = p.agent_id and p.local_date >= a.valid_from and p.local_date < a.valid_to
