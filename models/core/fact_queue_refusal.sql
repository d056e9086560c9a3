/*---
description: One try to enter a queue that refused it, before any waiting; never a visit.
owner: team:analytics
grain: [refusal_key]
materialization: daily
metrics:
  row: refusal
  attribution: refusal
  known_with: fact_queue_visit
  queue: f.queue_id
  queue_version: f.queue_key
  channel: f.channel
  direction: f.direction
  site: f.site
columns:
  refusal_key: {tests: [not_null, unique]}
  queue_id: {description: Queue that refused., tests: [not_null]}
  local_date: {description: Local day of the refusal in the queue's zone., tests: [not_null]}
  interval_start: Quarter hour (UTC) of the refusal.
---*/
with refusal as (
    select r.*
    from staging.queue_refusal as r
    inner join ops.build_window as w on r.local_date between w.from_date and w.to_date
),

contact as (
    select c.source, c.contact_id, c.local_date, c.channel, c.direction, c.kind,
        coalesce(home.site, c.site) as site
    from staging.contact as c
    inner join ops.build_window as w on c.local_date between w.scan_from and w.scan_to
    -- The queue it came to first says the site, where its source names one for all that it has.
    left join core.dim_queue as home
        on home.queue_id = c.site_queue
        and c.local_date >= home.valid_from and c.local_date < home.valid_to
)

select
    md5_key(
        r.source || '|' || r.contact_id || '|' || r.queue || '|' || cast(r.refused_at as varchar)
        || '|' || cast(r.refusal_ordinal as varchar)
    ) as refusal_key,
    md5_key(r.source || '|' || r.contact_id) as contact_key,
    r.contact_id,
    r.source,
    coalesce(q.queue_key, -1) as queue_key,
    r.queue as queue_id,
    r.refused_at,
    r.local_date,
    r.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(r.refused_at) as interval_start,
    r.cause,
    coalesce(c.channel, q.channel) as channel,
    coalesce(c.direction, 'inbound') as direction,
    coalesce(c.kind, 'customer') as kind,
    c.site
from refusal as r
left join contact as c
    on c.source = r.source
    and c.contact_id = r.contact_id
    and c.local_date between r.local_date - interval '7' day and r.local_date + interval '7' day
left join core.dim_queue as q
    on q.queue_id = r.queue and r.local_date >= q.valid_from and r.local_date < q.valid_to
left join core.dim_interval as i
    on i.zone = r.zone and i.interval_start = bucket15(r.refused_at)
