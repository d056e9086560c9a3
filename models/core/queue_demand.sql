/*---
description: "What came to a queue in one quarter hour and what was expected, with the handle time and the service-level goal that counts: what agents needed are worked out from."
owner: team:analytics
grain: [queue_id, queue_key, interval_start, zone]
materialization: daily
reach: {before: 2, after: 2}
columns:
  queue_id: {tests: [not_null]}
  staffing_group: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day in the zone of the queue., tests: [not_null]}
  n_visits: Visits to the queue, agents asking colleagues left out.
  handle_ms: "Milliseconds of talk, hold and wrap-up of the visits; of wrap-up and hold what is known."
  n_handled_visits: "Visits whose talk is known: what handle_ms is divided by."
  forecast_volume: Visits expected by the latest forecast; longer intervals are spread evenly. Empty where nothing was forecast.
  forecast_handle_ms: Handle time expected with them; empty where none was forecast.
  service_level_goal: "Goal of service_level on that day, in percent: that of the queue, else of its group, else of the centre, else of the registry."
---*/
with visit as (
    select
        v.queue_id, v.queue_key, v.interval_start, v.local_date, v.zone,
        count(*) as n_visits,
        count(v.talk_ms) as n_handled_visits,
        sum(coalesce(v.talk_ms + coalesce(v.hold_ms, 0) + coalesce(v.wrap_ms, 0), 0)) as handle_ms
    from core.fact_queue_visit as v
    inner join ops.build_window as w on v.local_date between w.from_date and w.to_date
    where not v.is_consult
    group by v.queue_id, v.queue_key, v.interval_start, v.local_date, v.zone
),

expected as (
    select
        f.queue_id, f.queue_key, i.interval_start, i.local_date, i.zone,
        cast(ratio(f.volume * 900000, f.interval_ms) as decimal(18, 4)) as volume,
        f.aht_ms
    from core.fact_forecast as f
    inner join ops.build_window as w
        on f.local_date + interval '2' day >= w.from_date
        and f.local_date - interval '2' day <= w.to_date
    inner join core.dim_interval as i
        on i.zone = f.zone
        and i.local_date = f.local_date
        and i.interval_start >= f.interval_start
        and i.interval_start < add_ms(f.interval_start, f.interval_ms)
    where f.is_latest
),

part as (
    select
        queue_id, queue_key, interval_start, local_date, zone,
        n_visits, n_handled_visits, handle_ms,
        cast(null as decimal(18, 4)) as volume, cast(null as bigint) as expected_ms
    from visit
    union all
    select
        queue_id, queue_key, interval_start, local_date, zone, 0, 0, 0,
        volume, cast(round(volume * aht_ms, 0) as bigint)
    from expected
),

total as (
    select
        p.queue_id, p.queue_key, p.interval_start, p.local_date, p.zone,
        sum(p.n_visits) as n_visits,
        sum(p.n_handled_visits) as n_handled_visits,
        sum(p.handle_ms) as handle_ms,
        sum(p.volume) as volume,
        sum(p.expected_ms) as expected_ms
    from part as p
    inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
    group by p.queue_id, p.queue_key, p.interval_start, p.local_date, p.zone
),

registry as (
    select goal
    from (
        select goal, row_number() over (order by metric_version desc) as place
        from core.dim_metric
        where metric_id = 'service_level'
    ) as latest
    where place = 1
),

own_goal as (
    select scope_kind, scope_id, valid_from, valid_to, goal
    from core.dim_goal
    where metric_id = 'service_level'
)

select
    t.queue_id,
    t.queue_key,
    coalesce(q.staffing_group, 'unknown') as staffing_group,
    t.interval_start,
    t.local_date,
    t.zone,
    cast(t.n_visits as bigint) as n_visits,
    cast(t.n_handled_visits as bigint) as n_handled_visits,
    cast(t.handle_ms as bigint) as handle_ms,
    cast(t.volume as decimal(18, 4)) as forecast_volume,
    cast(t.expected_ms as bigint) as forecast_handle_ms,
    q.service_level_s,
    -- An empty goal of a scope says that there is none.
    case
        when o.scope_id is not null then o.goal
        when g.scope_id is not null then g.goal
        when c.scope_id is not null then c.goal
        else r.goal
    end as service_level_goal
from total as t
inner join core.dim_queue as q on q.queue_key = t.queue_key
left join registry as r on true
left join own_goal as o
    on o.scope_kind = 'queue' and o.scope_id = t.queue_id
    and t.local_date >= o.valid_from and t.local_date < o.valid_to
left join own_goal as g
    on g.scope_kind = 'queue_group' and g.scope_id = q.queue_group
    and t.local_date >= g.valid_from and t.local_date < g.valid_to
left join own_goal as c
    on c.scope_kind = 'all'
    and t.local_date >= c.valid_from and t.local_date < c.valid_to
