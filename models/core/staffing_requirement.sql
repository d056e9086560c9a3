/*---
description: "The fewest agents at work with whom a staffing group reaches its service-level goal in one quarter hour, by Erlang C: nobody gives up, whoever comes first is served first, and every agent of the group serves all its queues. Without shrinkage. Of each queue the visits answered within its T are asked for, and of the group as many as its queues' goals together want."
owner: team:analytics
grain: [staffing_group, interval_start]
materialization: daily
reach: {before: 2, after: 2}
columns:
  staffing_group: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  local_date: {description: Local day in the zone of the group's queues; the first where they differ., tests: [not_null]}
  required_agents: "Agents needed for what came, with the quarter hour's handle time, else the day's. Empty when nothing came, no handle time, T or goal is known, no number of agents reaches the goal, or 9,000 erlangs are passed."
  required_agents_forecast: Agents needed for what was expected; empty as required_agents, and where a forecast has no handle time.
---*/
with near as (
    select d.*
    from core.queue_demand as d
    inner join ops.build_window as w
        on d.local_date + interval '2' day >= w.from_date
        and d.local_date - interval '2' day <= w.to_date
    where d.staffing_group <> 'unknown'
),

group_quarter as (
    select
        staffing_group,
        interval_start,
        min(local_date) as local_date,
        sum(n_visits) as n_visits,
        sum(n_handled_visits) as n_handled_visits,
        sum(handle_ms) as handle_ms,
        sum(forecast_volume) as forecast_volume,
        case
            when count(forecast_volume) = count(forecast_handle_ms) then sum(forecast_handle_ms)
        end as forecast_handle_ms
    from near
    group by staffing_group, interval_start
),

-- Whoever came and met nobody has a handle time too: that of the group's day.
of_day as (
    select staffing_group, local_date, ratio(sum(handle_ms), sum(n_handled_visits)) as mean_ms
    from group_quarter
    group by staffing_group, local_date
),

asked as (
    select
        g.staffing_group, g.interval_start, g.local_date, false as is_forecast,
        cast(g.n_visits as double) as volume,
        coalesce(ratio(g.handle_ms, g.n_handled_visits), d.mean_ms) as mean_ms
    from group_quarter as g
    inner join of_day as d
        on d.staffing_group = g.staffing_group and d.local_date = g.local_date
    where g.n_visits > 0
    union all
    select
        staffing_group, interval_start, local_date, true,
        cast(forecast_volume as double), ratio(forecast_handle_ms, forecast_volume)
    from group_quarter
    where forecast_volume > 0
),

limit_of as (
    select
        staffing_group, interval_start, false as is_forecast,
        service_level_s, service_level_goal, cast(sum(n_visits) as decimal(18, 4)) as volume
    from near
    where n_visits > 0 and service_level_s is not null and service_level_goal is not null
    group by staffing_group, interval_start, service_level_s, service_level_goal
    union all
    select
        staffing_group, interval_start, true,
        service_level_s, service_level_goal, cast(sum(forecast_volume) as decimal(18, 4))
    from near
    where forecast_volume > 0 and service_level_s is not null and service_level_goal is not null
    group by staffing_group, interval_start, service_level_s, service_level_goal
),

-- Share of the visits that the goals of all queues together want answered in time.
wanted as (
    select
        staffing_group, interval_start, is_forecast,
        ratio(sum(cast(volume * service_level_goal as decimal(28, 8))), sum(volume) * 100) as goal
    from limit_of
    group by staffing_group, interval_start, is_forecast
),

loaded as (
    select
        row_number() over (
            order by a.staffing_group, a.interval_start, a.is_forecast
        ) as load_no,
        a.*, g.goal, ratio(a.volume * a.mean_ms, 900000) as erlangs
    from asked as a
    inner join ops.build_window as w on a.local_date between w.from_date and w.to_date
    inner join wanted as g
        on g.staffing_group = a.staffing_group and g.interval_start = a.interval_start
        and g.is_forecast = a.is_forecast
),

-- With no more than `erlangs` agents the queue would grow without end; with `most` no more than
-- may wait at all do, after Chernoff's bound of Poisson's tail. What the states below
-- `first_state` weigh, seven deviations off, changes no answer.
load as (
    select
        erlangs,
        cast(floor(erlangs + sqrt(2 * erlangs * rarity) + rarity) as integer) + 3 as most,
        cast(floor(erlangs - 7 * sqrt(erlangs)) as integer) as first_state
    from (
        select erlangs, -ln(1 - max(goal)) as rarity
        from loaded
        where erlangs > 0 and erlangs < 9000 and goal < 1
        group by erlangs
    ) as different
),

digit as (
    select 0 as digit
    union all
    select 1
    union all
    select 2
    union all
    select 3
    union all
    select 4
    union all
    select 5
    union all
    select 6
    union all
    select 7
    union all
    select 8
    union all
    select 9
),

number as (
    select 1000 * m.digit + 100 * c.digit + 10 * x.digit + i.digit as n
    from digit as m
    cross join digit as c
    cross join digit as x
    cross join digit as i
    where 1000 * m.digit + 100 * c.digit + 10 * x.digit + i.digit
        <= (select max(most) from load)
),

-- Decimals, for sums of doubles are not the same from run to run.
factorial as (
    select
        n,
        cast(
            sum(cast(case when n > 1 then ln(n) else 0 end as decimal(18, 15))) over (
                order by n
                rows between unbounded preceding and current row
            ) as double
        ) as ln_factorial
    from number
),

-- The chance that n are busy, were there no end of agents: Poisson.
state as (
    select
        l.erlangs, f.n,
        exp(f.n * ln(l.erlangs) - l.erlangs - f.ln_factorial) as chance
    from load as l
    inner join factorial as f on f.n between l.first_state and l.most
),

below as (
    select
        *,
        coalesce(
            sum(cast(chance as decimal(18, 17))) over (
                partition by erlangs
                order by n
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as chance_below
    from state
),

-- Erlang C: with n agents, the share of those who come that find all of them busy.
busy as (
    select
        erlangs, n,
        ratio(
            ratio(n * chance, n - erlangs),
            cast(chance_below as double) + ratio(n * chance, n - erlangs)
        ) as wait_share
    from below
    where n > erlangs
),

-- By how many visits the goals are passed, with n agents.
answered as (
    select
        a.load_no, b.n,
        sum(
            cast(
                l.volume * (
                    1 - b.wait_share
                    * exp(ratio((b.erlangs - b.n) * l.service_level_s * 1000, a.mean_ms))
                    - l.service_level_goal * 0.01
                ) as decimal(28, 14)
            )
        ) as surplus
    from loaded as a
    inner join busy as b on b.erlangs = a.erlangs
    inner join limit_of as l
        on l.staffing_group = a.staffing_group and l.interval_start = a.interval_start
        and l.is_forecast = a.is_forecast
    group by a.load_no, b.n
),

fewest as (
    select load_no, min(n) as agents
    from answered
    where surplus >= -0.000000001
    group by load_no
),

found as (
    select
        a.staffing_group, a.interval_start,
        max(case when not a.is_forecast then f.agents end) as required_agents,
        max(case when a.is_forecast then f.agents end) as required_agents_forecast
    from loaded as a
    inner join fewest as f on f.load_no = a.load_no
    group by a.staffing_group, a.interval_start
)

select
    g.staffing_group,
    g.interval_start,
    g.local_date,
    cast(f.required_agents as bigint) as required_agents,
    cast(f.required_agents_forecast as bigint) as required_agents_forecast
from group_quarter as g
inner join ops.build_window as w on g.local_date between w.from_date and w.to_date
left join found as f
    on f.staffing_group = g.staffing_group and f.interval_start = g.interval_start
