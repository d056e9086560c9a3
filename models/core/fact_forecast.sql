/*---
description: What was expected of a queue in one interval, in one version of the forecast, beside what came.
owner: team:analytics
grain: [forecast_key]
materialization: daily
reach: {before: 2, after: 2}
metrics:
  row: forecast
  attribution: interval start
  queue: f.queue_id
  queue_version: f.queue_key
  channel: f.channel
columns:
  forecast_key: {tests: [not_null, unique]}
  queue_id: {tests: [not_null]}
  channel: "The queue's medium: voice, chat, email, sms or social."
  local_date: {description: Local day of the interval in the queue's zone., tests: [not_null]}
  interval_start: {description: Start of the interval (UTC)., tests: [not_null]}
  is_latest: {description: "The last version made before the interval, in the finest intervals forecast for the queue's day: the one that is held against what came.", tests: [not_null]}
---*/
with told as (
    select
        f.*,
        coalesce(q.zone, f.zone) as queue_zone
    from staging.forecast as f
    inner join ops.build_window as w
        on f.local_date + interval '2' day >= w.from_date
        and f.local_date - interval '2' day <= w.to_date
    left join core.dim_queue as q
        on q.queue_id = f.queue and f.local_date >= q.valid_from and f.local_date < q.valid_to
),

placed as (
    select
        t.source, t.queue, t.interval_start, t.interval_ms, t.made_at, t.volume, t.aht_ms,
        t.queue_zone as zone,
        coalesce(i.interval_key, -1) as interval_key,
        coalesce(i.local_date, t.local_date) as local_date,
        t.made_at < t.interval_start as is_before
    from told as t
    left join core.dim_interval as i
        on i.zone = t.queue_zone and i.interval_start = bucket15(t.interval_start)
),

wanted as (
    select
        p.*,
        row_number() over (
            partition by p.queue, p.interval_start, p.interval_ms, p.is_before
            order by p.made_at desc, p.source
        ) as place,
        min(case when p.is_before then p.interval_ms end) over (
            partition by p.queue, p.local_date
        ) as finest_ms
    from placed as p
    inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
),

near_visit as (
    select v.queue_id, v.source, v.local_date, v.interval_start, v.talk_ms, v.hold_ms, v.wrap_ms
    from core.fact_queue_visit as v
    inner join ops.build_window as w on v.local_date between w.scan_from and w.scan_to
    where not v.is_consult
),

came as (
    select queue_id, interval_start, count(*) as n_visits
    from near_visit
    group by queue_id, interval_start
),

slot as (
    select distinct queue, zone, local_date, interval_start, interval_ms from wanted
),

-- An interval may go on into the next day.
slot_day as (
    select queue, zone, interval_start, interval_ms, local_date as quarter_date from slot
    union all
    select queue, zone, interval_start, interval_ms, cast(local_date + interval '1' day as date)
    from slot
),

counted as (
    select s.queue, s.interval_start, s.interval_ms, coalesce(sum(c.n_visits), 0) as n_visits
    from slot_day as s
    inner join core.dim_interval as i
        on i.zone = s.zone
        and i.local_date = s.quarter_date
        and i.interval_start >= s.interval_start
        and i.interval_start < add_ms(s.interval_start, s.interval_ms)
    left join came as c on c.queue_id = s.queue and c.interval_start = i.interval_start
    group by s.queue, s.interval_start, s.interval_ms
),

watermark as (
    select source, max(watermark_at) as watermark_at from ops.feed_watermark group by source
),

-- What came is known as far as the sources were read in which the queue shows up.
visit_day as (
    select distinct queue_id, source, local_date from near_visit
),

horizon as (
    select s.queue, s.local_date, max(k.watermark_at) as known_until
    from (select distinct queue, local_date from slot) as s
    left join visit_day as v
        on v.queue_id = s.queue
        and v.local_date between s.local_date - interval '7' day and s.local_date + interval '7' day
    left join watermark as k on k.source = v.source
    group by s.queue, s.local_date
),

latest as (
    select max(watermark_at) as watermark_at from watermark
),

held as (
    select
        f.*,
        f.is_before and f.place = 1 and f.interval_ms = f.finest_ms as is_latest,
        case
            when add_ms(f.interval_start, f.interval_ms)
                <= coalesce(h.known_until, t.watermark_at)
                then coalesce(c.n_visits, 0)
        end as actual_volume
    from wanted as f
    cross join latest as t
    left join horizon as h on h.queue = f.queue and h.local_date = f.local_date
    left join counted as c
        on c.queue = f.queue and c.interval_start = f.interval_start
        and c.interval_ms = f.interval_ms
)

select
    md5_key(
        h.source || '|' || h.queue || '|' || cast(h.interval_start as varchar) || '|'
        || cast(h.interval_ms as varchar) || '|' || cast(h.made_at as varchar)
    ) as forecast_key,
    h.source,
    coalesce(q.queue_key, -1) as queue_key,
    h.queue as queue_id,
    q.channel,
    h.interval_key,
    h.interval_start,
    h.interval_ms,
    h.local_date,
    h.zone,
    h.made_at,
    coalesce(h.is_latest, false) as is_latest,
    h.volume,
    h.aht_ms,
    cast(h.actual_volume as bigint) as actual_volume
from held as h
left join core.dim_queue as q
    on q.queue_id = h.queue and h.local_date >= q.valid_from and h.local_date < q.valid_to
