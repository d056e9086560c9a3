/*---
description: "A staffing group's quarter hour: what came, what was expected, and the agents who were planned and there. Each agent counts in one group, that of his primary queue, else of the first of his queues by name. Agents needed follow from it by Erlang (`pipelines/erlang.py`)."
owner: team:analytics
grain: [staffing_group, interval_start]
materialization: daily
reach: {before: 3, after: 10}
columns:
  staffing_group: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day in the zone of the group's queues., tests: [not_null]}
  zone: Time zone of the group's queues; the first of the alphabet where they differ.
  n_visits: Visits to queues of the group, agents asking colleagues left out.
  handle_ms: "Milliseconds of talk, hold and wrap-up of the visits; of wrap-up and hold what is known."
  n_handled_visits: "Visits whose talk is known: what handle_ms is divided by."
  present_ms: {description: "Milliseconds in which agents of the group were handling, in wrap-up, ringing or available: of one agent 900,000 at most.", tests: [not_null, {min: 0}]}
  scheduled_work_ms: {description: "Milliseconds planned as work with contacts for agents of the group, in the plan that counts.", tests: [not_null, {min: 0}]}
  forecast_volume: Visits expected by the latest forecast; longer intervals are spread evenly. Empty where nothing was forecast.
  forecast_handle_ms: Handle time expected with them.
---*/
with queue_group as (
    select staffing_group, min(zone) as zone
    from core.dim_queue
    where queue_key <> -1
    group by staffing_group
),

visit as (
    select coalesce(q.staffing_group, 'unknown') as staffing_group, v.interval_start, v.talk_ms,
        v.hold_ms, v.wrap_ms
    from core.fact_queue_visit as v
    inner join ops.build_window as w
        on v.local_date + interval '2' day >= w.from_date
        and v.local_date - interval '2' day <= w.to_date
    inner join core.dim_queue as q on q.queue_key = v.queue_key
    where not v.is_consult
),

-- One queue of each agent from day to day: the primary one first.
served as (
    select
        b.agent_id, b.queue_id, b.valid_from, b.valid_to,
        case when b.is_primary then 1 else 2 end as place
    from core.bridge_agent_queue as b
),

agent_time as (
    select s.agent_id, s.local_date, s.interval_start,
        s.handling_ms + s.wrap_ms + s.ringing_ms + s.available_ms as present_ms,
        0 as scheduled_ms
    from core.fact_agent_state_interval as s
    inner join ops.build_window as w
        on s.local_date + interval '2' day >= w.from_date
        and s.local_date - interval '2' day <= w.to_date
    union all
    select p.agent_id, p.local_date, p.interval_start, 0, p.planned_ms
    from core.agent_plan as p
    inner join ops.build_window as w
        on p.local_date + interval '2' day >= w.from_date
        and p.local_date - interval '2' day <= w.to_date
    where p.activity_class = 'work'
),

agent_quarter as (
    select
        agent_id, min(local_date) as local_date, interval_start,
        least(sum(present_ms), 900000) as present_ms, sum(scheduled_ms) as scheduled_ms
    from agent_time
    group by agent_id, interval_start
),

agent_day as (
    select distinct agent_id, local_date from agent_quarter
),

chosen as (
    select
        d.agent_id, d.local_date, s.queue_id,
        row_number() over (
            partition by d.agent_id, d.local_date
            order by s.place, s.queue_id
        ) as place
    from agent_day as d
    inner join served as s
        on s.agent_id = d.agent_id
        and d.local_date >= s.valid_from and d.local_date < s.valid_to
),

agent_group as (
    select
        c.agent_id, c.local_date, coalesce(q.staffing_group, c.queue_id) as staffing_group
    from chosen as c
    left join core.dim_queue as q
        on q.queue_id = c.queue_id
        and c.local_date >= q.valid_from and c.local_date < q.valid_to
    where c.place = 1
),

expected as (
    select
        coalesce(q.staffing_group, 'unknown') as staffing_group, i.interval_start,
        cast(ratio(f.volume * 900000, f.interval_ms) as decimal(18, 4)) as volume,
        f.aht_ms
    from core.fact_forecast as f
    inner join ops.build_window as w
        on f.local_date + interval '2' day >= w.from_date
        and f.local_date - interval '2' day <= w.to_date
    inner join core.dim_queue as q on q.queue_key = f.queue_key
    inner join core.dim_interval as i
        on i.zone = f.zone
        and i.local_date = f.local_date
        and i.interval_start >= f.interval_start
        and i.interval_start < add_ms(f.interval_start, f.interval_ms)
    where f.is_latest
),

part as (
    select staffing_group, interval_start, 1 as n_visits,
        case when talk_ms is null then 0 else 1 end as n_handled_visits,
        coalesce(talk_ms + coalesce(hold_ms, 0) + coalesce(wrap_ms, 0), 0) as handle_ms,
        0 as present_ms, 0 as scheduled_ms,
        cast(null as decimal(18, 4)) as volume, cast(null as bigint) as expected_ms
    from visit
    union all
    select coalesce(g.staffing_group, 'unknown'), a.interval_start, 0, 0, 0, a.present_ms,
        a.scheduled_ms, null, null
    from agent_quarter as a
    left join agent_group as g on g.agent_id = a.agent_id and g.local_date = a.local_date
    union all
    select staffing_group, interval_start, 0, 0, 0, 0, 0, volume,
        cast(round(volume * aht_ms, 0) as bigint)
    from expected
),

total as (
    select
        staffing_group,
        interval_start,
        sum(n_visits) as n_visits,
        sum(n_handled_visits) as n_handled_visits,
        sum(handle_ms) as handle_ms,
        sum(present_ms) as present_ms,
        sum(scheduled_ms) as scheduled_ms,
        sum(volume) as volume,
        sum(expected_ms) as expected_ms
    from part
    group by staffing_group, interval_start
)

select
    t.staffing_group,
    i.interval_key,
    t.interval_start,
    i.local_date,
    i.zone,
    cast(t.n_visits as bigint) as n_visits,
    cast(t.n_handled_visits as bigint) as n_handled_visits,
    cast(t.handle_ms as bigint) as handle_ms,
    cast(t.present_ms as bigint) as present_ms,
    cast(t.scheduled_ms as bigint) as scheduled_work_ms,
    cast(t.volume as decimal(18, 4)) as forecast_volume,
    cast(t.expected_ms as bigint) as forecast_handle_ms
from total as t
cross join ops.centre as c
left join queue_group as g on g.staffing_group = t.staffing_group
inner join core.dim_interval as i
    on i.zone = coalesce(g.zone, c.reporting_zone) and i.interval_start = t.interval_start
inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
