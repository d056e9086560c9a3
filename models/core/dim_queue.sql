/*---
description: A queue as it was set up from a day on; the first version reaches back to the beginning.
owner: team:analytics
grain: [queue_key]
columns:
  queue_key: {tests: [not_null, unique]}
  queue_id: {tests: [not_null]}
  zone: "Time zone whose midnight ends the queue's day: that of its visits, for settings may be the centre's."
  valid_from: First local day of this version.
  valid_to: First local day that is no longer of this version.
---*/
with seen as (
    select queue, source, zone from staging.queue_visit
    union
    select queue, source, zone from staging.queue_refusal
    union
    select queue, source, zone from staging.agent_offer
    union
    select queue, source, zone from staging.handle_segment where queue is not null
),

working as (
    select queue, min(zone) as zone from seen group by queue
),

unset as (
    select queue, min(source) as source, min(zone) as zone
    from seen
    where queue not in (select queue from staging.queue_config)
    group by queue
),

configured as (
    select
        queue,
        valid_from as row_from,
        source,
        zone,
        queue_group,
        staffing_group,
        channel,
        service_level_s,
        short_abandon_s,
        ring_timeout_s,
        is_threshold_assumed,
        tier,
        row_number() over (partition by queue, valid_from order by source) as place
    from staging.queue_config
    union all
    -- What nobody has set takes the usual limits, and says so.
    select queue, null, source, zone, null, null, null, 20, 5, null, true, null, 1
    from unset
),

ordered as (
    select
        *,
        row_number() over by_day as version_no,
        lead(row_from) over by_day as next_from,
        -- Blank means unchanged, - means none.
        last_value(queue_group ignore nulls) over (
            partition by queue
            order by row_from nulls first
            rows between unbounded preceding and current row
        ) as group_so_far,
        last_value(staffing_group ignore nulls) over (
            partition by queue
            order by row_from nulls first
            rows between unbounded preceding and current row
        ) as staffing_so_far,
        last_value(tier ignore nulls) over (
            partition by queue
            order by row_from nulls first
            rows between unbounded preceding and current row
        ) as tier_so_far
    from configured
    where place = 1
    window by_day as (partition by queue order by row_from nulls first)
)

select
    md5_key(o.queue || '|' || coalesce(cast(o.row_from as varchar), '')) as queue_key,
    o.queue as queue_id,
    o.queue as queue_name,
    nullif(o.group_so_far, '-') as queue_group,
    coalesce(nullif(o.staffing_so_far, '-'), o.queue) as staffing_group,
    o.source,
    coalesce(w.zone, o.zone) as zone,
    o.channel,
    o.service_level_s,
    o.short_abandon_s,
    o.ring_timeout_s,
    o.is_threshold_assumed,
    o.tier_so_far as tier,
    case when o.version_no = 1 then date '0001-01-01' else o.row_from end as valid_from,
    coalesce(o.next_from, date '9999-12-31') as valid_to,
    o.next_from is null as is_current
from ordered as o
left join working as w on w.queue = o.queue
union all
select
    -1, 'unknown', 'unknown', null, null, null, null, null, null, null, null, null, null,
    date '0001-01-01', date '9999-12-31', true
