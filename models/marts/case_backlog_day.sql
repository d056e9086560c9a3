/*---
description: Cases of one kind and queue on one local day, opened, ended, and still open when it ended. What is open is a level and no flow; never add days up.
owner: team:analytics
grain: [local_date, zone, kind, queue_id, channel]
materialization: daily
columns:
  kind: 'What the cases are: complaint, request or follow_up.'
  queue_id: Queue to which they belong; empty when none.
  channel: 'The medium they came by: voice, chat, email, sms or social; empty when none of these.'
  n_open: Cases open when the day ended; empty while the day is not read to its end.
  n_reopened: Reopened.
  n_past_due: Open when the day ended although they were due before; empty while it is not read to its end.
---*/
with service_case as (
    select c.case_key, c.kind, c.queue_id, c.channel
    from core.fact_case as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.to_date
),

span as (
    select s.case_key, s.zone, s.span_ordinal, s.from_local_date, s.to_local_date, s.end_kind,
        c.kind, c.queue_id, c.channel
    from core.fact_case_span as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.to_date
    inner join service_case as c on c.case_key = s.case_key
),

-- A day that is not read to its end by all that deliver cases has no level yet.
evening as (
    select i.zone, i.local_date, max(i.interval_start) + interval '15' minute as ends_at
    from core.dim_interval as i
    inner join ops.build_window as w on i.local_date between w.from_date and w.to_date
    group by i.zone, i.local_date
),

watermark as (
    select min(source_watermark.watermark_at) as watermark_at
    from (
        select source, max(watermark_at) as watermark_at
        from ops.feed_watermark
        group by source
    ) as source_watermark
    inner join (select distinct source from core.fact_case) as case_source
        on case_source.source = source_watermark.source
),

flow as (
    select from_local_date as local_date, zone, kind, queue_id, channel,
        case when span_ordinal = 1 then 1 else 0 end as n_opened,
        case when span_ordinal = 1 then 0 else 1 end as n_reopened,
        0 as n_resolved, 0 as n_cancelled, 0 as n_open, 0 as n_past_due,
        cast(null as bigint) as age_ms
    from span
    union all
    select to_local_date, zone, kind, queue_id, channel, 0, 0,
        case when end_kind = 'resolved' then 1 else 0 end,
        case when end_kind = 'cancelled' then 1 else 0 end,
        0, 0, null
    from span
    where to_local_date is not null
    union all
    select b.local_date, b.zone, b.kind, b.queue_id, b.channel, 0, 0, 0, 0, 1,
        case when b.is_past_due then 1 else 0 end, b.age_ms
    from core.fact_case_backlog as b
    inner join ops.build_window as w on b.local_date between w.from_date and w.to_date
),

total as (
    select
        f.local_date,
        f.zone,
        f.kind,
        f.queue_id,
        f.channel,
        cast(sum(f.n_opened) as bigint) as n_opened,
        cast(sum(f.n_reopened) as bigint) as n_reopened,
        cast(sum(f.n_resolved) as bigint) as n_resolved,
        cast(sum(f.n_cancelled) as bigint) as n_cancelled,
        cast(sum(f.n_open) as bigint) as n_open,
        cast(sum(f.n_past_due) as bigint) as n_past_due,
        ms_to_s(cast(round(percentile(f.age_ms, 0.5)) as bigint)) as age_p50_s,
        ms_to_s(cast(round(percentile(f.age_ms, 0.9)) as bigint)) as age_p90_s
    from flow as f
    inner join ops.build_window as w on f.local_date between w.from_date and w.to_date
    group by f.local_date, f.zone, f.kind, f.queue_id, f.channel
)

select
    t.local_date,
    t.zone,
    t.kind,
    t.queue_id,
    t.channel,
    t.n_opened,
    t.n_reopened,
    t.n_resolved,
    t.n_cancelled,
    case when e.ends_at <= m.watermark_at then t.n_open end as n_open,
    case when e.ends_at <= m.watermark_at then t.n_past_due end as n_past_due,
    case when e.ends_at <= m.watermark_at then t.age_p50_s end as age_p50_s,
    case when e.ends_at <= m.watermark_at then t.age_p90_s end as age_p90_s
from total as t
left join evening as e on e.zone = t.zone and e.local_date = t.local_date
left join watermark as m on true
