/*---
description: One quarter hour of one time zone, from the time-zone database; both passes of an hour that comes twice are there.
owner: team:analytics
grain: [interval_key]
columns:
  interval_key: {tests: [not_null, unique]}
  local_date: Local day of the quarter hour in its zone.
  local_time: Local time at which it starts, HH:MM.
---*/
select
    md5_key(zone || '|' || cast(interval_start as varchar)) as interval_key,
    zone,
    interval_start,
    local_date,
    local_time,
    substr(local_time, 1, 2) || ':00' as hour_label,
    substr(local_time, 1, 2) || case when substr(local_time, 4, 2) < '30' then ':00' else ':30' end
        as half_hour_label,
    utc_offset_s,
    is_repeated
from ops.calendar_interval
union all
select -1, null, null, null, null, null, null, null, null
