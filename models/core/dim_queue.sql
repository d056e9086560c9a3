/*---
description: A queue as it was set up from a day on; the first version reaches back to the beginning.
owner: team:analytics
grain: [queue_key]
columns:
  queue_key: {tests: [not_null, unique]}
  queue_id: {tests: [not_null]}
  zone: "Time zone whose midnight ends the queue's day: that of its visits, for settings may be the centre's."
  site: "Site of the queue, and of contacts that come to it first where their source tells no site of each; empty when not known."
  calendar: Calendar with the queue's opening hours; empty when it is always open.
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
        calendar,
        is_out_of_hours_counted,
        tier,
        site,
        -- Of several sources the one that says T goes before one for which it was assumed.
        row_number() over (
            partition by queue, valid_from
            order by case when is_threshold_assumed then 1 else 0 end, source
        ) as place
    from staging.queue_config
    union all
    -- What nobody has set takes the usual limits, and says so.
    select queue, null, source, zone, null, null, null, 20, 5, null, true, null, null, null, null,
        1
    from unset
),

-- Blank means unchanged, or as another source says; - means none.
filled as (
    select
        *,
        last_value(queue_group ignore nulls) over so_far as group_so_far,
        last_value(staffing_group ignore nulls) over so_far as staffing_so_far,
        last_value(calendar ignore nulls) over so_far as calendar_so_far,
        last_value(is_out_of_hours_counted ignore nulls) over so_far as is_counted_so_far,
        last_value(tier ignore nulls) over so_far as tier_so_far,
        last_value(site ignore nulls) over so_far as site_so_far
    from configured
    window so_far as (
        partition by queue
        order by row_from nulls first, place desc
        rows between unbounded preceding and current row
    )
),

ordered as (
    select
        *,
        row_number() over by_day as version_no,
        lead(row_from) over by_day as next_from
    from filled
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
    nullif(o.calendar_so_far, '-') as calendar,
    coalesce(o.is_counted_so_far, false) as is_out_of_hours_counted,
    o.tier_so_far as tier,
    nullif(o.site_so_far, '-') as site,
    case when o.version_no = 1 then date '0001-01-01' else o.row_from end as valid_from,
    coalesce(o.next_from, date '9999-12-31') as valid_to,
    o.next_from is null as is_current
from ordered as o
left join working as w on w.queue = o.queue
union all
select
    -1, 'unknown', 'unknown', null, null, null, null, null, null, null, null, null, null, null,
    null, null, date '0001-01-01', date '9999-12-31', true
