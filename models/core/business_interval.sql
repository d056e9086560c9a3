/*---
description: "One quarter hour of a calendar of opening hours, in a zone in which a queue keeps it: how much of it is open, and how much was open before. Working time between two instants is the difference of two running sums, open_before_ms and the open part of the quarter hour so far."
owner: team:analytics
grain: [calendar, zone, interval_start]
columns:
  calendar: {description: Name of the calendar., tests: [not_null]}
  zone: {tests: [not_null]}
  interval_start: {tests: [not_null]}
  open_ms: {tests: [{min: 0}, {max: 900000}]}
---*/
with kept as (
    select queue_id, calendar, zone
    from core.dim_queue
    where calendar is not null
),

-- A queue of several systems opens by the clock of each.
used as (
    select calendar, zone from kept
    union
    select k.calendar, v.zone
    from kept as k
    inner join staging.queue_visit as v on v.queue = k.queue_id
),

-- Times of day as milliseconds since midnight. Who closes before he opens closes on the next day.
opening as (
    select
        calendar,
        day_rule,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        ms_between(
            timestamp '2000-01-01 00:00:00',
            try_cast('2000-01-01 ' || opens_local_time || ':00' as timestamp)
        ) as opens_ms,
        case
            when closes_local_time = '24:00' then 86400000
            else ms_between(
                timestamp '2000-01-01 00:00:00',
                try_cast('2000-01-01 ' || closes_local_time || ':00' as timestamp)
            )
        end as closes_ms
    from staging.calendar
),

piece as (
    select calendar, day_rule, valid_from, 0 as days_later, opens_ms,
        case when closes_ms < opens_ms then 86400000 else closes_ms end as closes_ms
    from opening
    union
    select calendar, day_rule, valid_from, 1, 0, closes_ms
    from opening
    where closes_ms < opens_ms and closes_ms > 0
),

-- What rules a day: its own rows if it is a special one, else the newest of its weekday so far.
local_day as (
    select distinct u.calendar, u.zone, i.local_date
    from used as u
    inner join core.dim_interval as i on i.zone = u.zone
),

weekday as (
    select
        calendar,
        zone,
        local_date,
        case iso_dow(local_date)
            when 1 then 'monday'
            when 2 then 'tuesday'
            when 3 then 'wednesday'
            when 4 then 'thursday'
            when 5 then 'friday'
            when 6 then 'saturday'
            else 'sunday'
        end as day_rule
    from local_day
),

special as (
    select distinct calendar, valid_from
    from opening
    where day_rule = 'special'
),

ruled as (
    select d.calendar, d.zone, d.local_date, 'special' as day_rule, d.local_date as valid_from
    from weekday as d
    inner join special as s on s.calendar = d.calendar and s.valid_from = d.local_date
    union all
    select d.calendar, d.zone, d.local_date, d.day_rule, max(o.valid_from)
    from weekday as d
    inner join opening as o
        on o.calendar = d.calendar and o.day_rule = d.day_rule and o.valid_from <= d.local_date
    left join special as s on s.calendar = d.calendar and s.valid_from = d.local_date
    where s.calendar is null
    group by d.calendar, d.zone, d.local_date, d.day_rule
),

open_day as (
    select
        r.calendar,
        r.zone,
        cast(r.local_date + p.days_later * interval '1' day as date) as local_date,
        p.opens_ms,
        p.closes_ms
    from ruled as r
    inner join piece as p
        on p.calendar = r.calendar and p.day_rule = r.day_rule and p.valid_from = r.valid_from
    where p.closes_ms > p.opens_ms
),

quarter as (
    select
        u.calendar,
        i.zone,
        i.interval_start,
        i.local_date,
        ms_between(
            timestamp '2000-01-01 00:00:00',
            cast('2000-01-01 ' || i.local_time || ':00' as timestamp)
        ) as begins_ms
    from used as u
    inner join core.dim_interval as i on i.zone = u.zone
    where exists (select 1 from opening as o where o.calendar = u.calendar)
),

-- An opening and closing within one quarter hour are taken as one stretch.
filled as (
    select
        q.calendar,
        q.zone,
        q.interval_start,
        min(greatest(o.opens_ms - q.begins_ms, 0)) as opens_ms,
        max(least(o.closes_ms - q.begins_ms, 900000)) as closes_ms
    from quarter as q
    inner join open_day as o
        on o.calendar = q.calendar
        and o.zone = q.zone
        and o.local_date = q.local_date
        and o.opens_ms < q.begins_ms + 900000
        and o.closes_ms > q.begins_ms
    group by q.calendar, q.zone, q.interval_start
)

select
    q.calendar,
    q.zone,
    q.interval_start,
    q.local_date,
    coalesce(f.opens_ms, 0) as opens_ms,
    coalesce(f.closes_ms - f.opens_ms, 0) as open_ms,
    cast(
        sum(coalesce(f.closes_ms - f.opens_ms, 0)) over (
            partition by q.calendar, q.zone
            order by q.interval_start
            rows between unbounded preceding and current row
        ) - coalesce(f.closes_ms - f.opens_ms, 0) as bigint
    ) as open_before_ms
from quarter as q
left join filled as f
    on f.calendar = q.calendar and f.zone = q.zone and f.interval_start = q.interval_start
