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
    md5_key(i.zone || '|' || cast(i.interval_start as varchar)) as interval_key,
    i.zone,
    i.interval_start,
    i.local_date,
    i.local_time,
    substr(i.local_time, 1, 2) || ':00' as hour_label,
    substr(i.local_time, 1, 2)
    || case when substr(i.local_time, 4, 2) < '30' then ':00' else ':30' end as half_hour_label,
    i.utc_offset_s,
    i.is_repeated,
    c.reporting_zone is not null as is_reporting_zone
from ops.calendar_interval as i
left join ops.centre as c on c.reporting_zone = i.zone
union all
select -1, null, null, null, null, null, null, null, null, false
