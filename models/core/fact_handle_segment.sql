/*---
description: One agent on one leg of a contact. An agent's overlapping legs are all kept; overlap_ms says by how much.
owner: team:analytics
grain: [segment_key]
materialization: daily
metrics:
  row: leg
  attribution: connect
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  unfinished: is_open
columns:
  segment_key: {tests: [not_null, unique]}
  visit_key: The visit that led to the leg; empty when no queue was involved.
  contact_key: {tests: [not_null]}
  queue_id: Queue the contact came from; empty when no queue was involved.
  agent_id: {description: Who handled it., tests: [not_null]}
  local_date: {description: Local day on which it connected., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which it connected.
  talk_ms: {tests: [{min: 0}]}
  is_open: Still connected as far as the data goes.
---*/
with segment as (
    select s.*
    from staging.handle_segment as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
),

-- How long the agent was on earlier legs. Six days at most, so that a narrow build sees the same.
followed as (
    select
        s.source, s.contact_id, s.agent, s.connected_at, s.segment_repeat, s.local_date,
        max(least(s.ended_at, s.connected_at + interval '6' day)) over (
            partition by s.source, s.agent
            order by s.connected_at, s.contact_id, s.segment_repeat
            rows between unbounded preceding and 1 preceding
        ) as busy_until
    from staging.handle_segment as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.scan_to
),

overlap as (
    select f.source, f.contact_id, f.agent, f.connected_at, f.segment_repeat, f.busy_until
    from followed as f
    inner join ops.build_window as w on f.local_date between w.from_date and w.to_date
    where f.busy_until > f.connected_at
),

contact as (
    select c.source, c.contact_id, c.local_date, c.direction, c.kind,
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
        s.source || '|' || s.contact_id || '|' || s.agent || '|' || cast(s.connected_at as varchar)
        || '|' || cast(s.segment_repeat as varchar)
    ) as segment_key,
    md5_key(
        s.source || '|' || s.contact_id || '|' || s.queue || '|' || cast(s.entered_at as varchar)
        || '|' || cast(s.entry_repeat as varchar)
    ) as visit_key,
    md5_key(s.source || '|' || s.contact_id) as contact_key,
    s.contact_id,
    s.source,
    coalesce(q.queue_key, -1) as queue_key,
    s.queue as queue_id,
    coalesce(a.agent_key, -1) as agent_key,
    s.agent as agent_id,
    s.channel,
    coalesce(c.direction, 'inbound') as direction,
    coalesce(c.kind, s.role) as kind,
    s.role,
    c.site,
    s.connected_at,
    s.ended_at,
    s.local_date,
    s.zone,
    coalesce(i.interval_key, -1) as interval_key,
    bucket15(s.connected_at) as interval_start,
    s.segment_ordinal,
    s.talk_ms,
    s.hold_ms,
    s.wrap_ms,
    case
        when o.busy_until is null then 0
        else ms_between(s.connected_at, least(s.ended_at, o.busy_until))
    end as overlap_ms,
    s.transfer_type,
    s.transfer_to,
    s.transfer_type is not null as is_transfer,
    s.talk_includes_hold,
    s.is_talk_unreliable,
    s.is_open,
    s.is_cut
from segment as s
left join contact as c
    on c.source = s.source
    and c.contact_id = s.contact_id
    and c.local_date between s.local_date - interval '7' day and s.local_date + interval '7' day
left join overlap as o
    on o.source = s.source
    and o.agent = s.agent
    and o.connected_at = s.connected_at
    and o.contact_id = s.contact_id
    and o.segment_repeat = s.segment_repeat
left join core.dim_queue as q
    on q.queue_id = s.queue and s.local_date >= q.valid_from and s.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = s.agent and s.local_date >= a.valid_from and s.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = s.zone and i.interval_start = bucket15(s.connected_at)
