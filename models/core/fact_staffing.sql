/*---
description: "A staffing group's quarter hour: what came, what was expected, and the agents who were planned and there. Each agent counts in one group, that of his primary queue, else of the first of his queues by name. Agents needed are those of `core.staffing_requirement`."
owner: team:analytics
grain: [staffing_group, interval_start]
materialization: daily
reach: {before: 3, after: 10}
metrics:
  row: staffed_quarter
  attribution: quarter hour
  # Plans and forecasts reach further than what came.
  known_with: fact_queue_visit
  staffing_group: f.staffing_group
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
  required_agents: "Fewest agents at work, without shrinkage, who reach the service-level goal with what came, by Erlang C; 0 when nothing came. Empty when no handle time, T or goal is known, or no number of agents reaches it."
  required_agents_forecast: The same for what was expected; empty where nothing was forecast.
---*/
with queue_group as (
    select staffing_group, min(zone) as zone
    from core.dim_queue
    where queue_key <> -1
    group by staffing_group
),

demand as (
    select d.*
    from core.queue_demand as d
    inner join ops.build_window as w
        on d.local_date + interval '2' day >= w.from_date
        and d.local_date - interval '2' day <= w.to_date
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

part as (
    select staffing_group, interval_start, n_visits, n_handled_visits, handle_ms,
        0 as present_ms, 0 as scheduled_ms, forecast_volume as volume,
        forecast_handle_ms as expected_ms
    from demand
    union all
    select coalesce(g.staffing_group, 'unknown'), a.interval_start, 0, 0, 0, a.present_ms,
        a.scheduled_ms, null, null
    from agent_quarter as a
    left join agent_group as g on g.agent_id = a.agent_id and g.local_date = a.local_date
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
    cast(t.expected_ms as bigint) as forecast_handle_ms,
    -- Who belongs to no group is in none's gap.
    case
        when t.n_visits > 0 then r.required_agents
        when t.staffing_group <> 'unknown' then 0
    end as required_agents,
    case
        when t.volume > 0 then r.required_agents_forecast
        when t.volume = 0 then 0
    end as required_agents_forecast
from total as t
cross join ops.centre as c
left join queue_group as g on g.staffing_group = t.staffing_group
inner join core.dim_interval as i
    on i.zone = coalesce(g.zone, c.reporting_zone) and i.interval_start = t.interval_start
left join core.staffing_requirement as r
    on r.staffing_group = t.staffing_group and r.interval_start = t.interval_start
inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
