/*---
description: "A queue's day as last forecast before each interval, beside what came; only intervals of which both are known."
owner: team:analytics
grain: [queue_id, local_date]
materialization: daily
reach: {before: 2, after: 2}
metrics:
  row: forecast_day
  attribution: local day
  finest: day
  queue: f.queue_id
  queue_version: f.queue_key
  channel: f.channel
columns:
  queue_id: {tests: [not_null]}
  local_date: {description: Local day in the queue's zone., tests: [not_null]}
  channel: "The queue's medium: voice, chat, email, sms or social."
  volume: {tests: [not_null, {min: 0}]}
  actual_volume: {tests: [not_null, {min: 0}]}
---*/
select
    max(f.queue_key) as queue_key,
    f.queue_id,
    max(f.channel) as channel,
    f.local_date,
    max(f.zone) as zone,
    count(*) as n_intervals,
    cast(sum(f.volume) as decimal(18, 4)) as volume,
    cast(sum(f.actual_volume) as bigint) as actual_volume
from core.fact_forecast as f
inner join ops.build_window as w on f.local_date between w.from_date and w.to_date
where f.is_latest and f.actual_volume is not null
group by f.queue_id, f.local_date
