/*---
description: One entry to a voice menu or a bot. It belongs to the day of its contact, or to its own day where the contact is not known.
owner: team:analytics
grain: [session_key]
materialization: daily
reach: {before: 3}
metrics:
  row: ivr_session
  attribution: contact start
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  unfinished: is_open or not is_mature
columns:
  session_key: {tests: [not_null, unique]}
  session_id: {tests: [not_null]}
  kind: {description: 'What was entered: ivr (a menu driven by keys or speech) or bot.', tests: [not_null, {allowed: [ivr, bot]}]}
  channel: {tests: [not_null]}
  direction: {tests: [not_null]}
  entered_at: {description: When the customer entered it (UTC)., tests: [not_null]}
  left_at: When the customer left it (UTC); empty while open.
  local_date: {description: 'Local day of the contact, else of the entry.', tests: [not_null]}
  own_local_date: Local day of the entry.
  interval_start: Quarter hour (UTC) in which the contact started; in which it was entered where the contact is not known.
  queue_id: Queue of the contact's last leg with a customer; empty when it had none.
  agent_id: Agent of the contact's last leg with a customer; empty when it had none.
  agent_key: Version of that agent; -1 when none.
  session_ms: {tests: [{min: 0}]}
  is_open: Its end is not known as far as the data goes.
  is_contacted_again: 'The same customer began another inbound contact within 24 hours of leaving; empty while the customer or the end is not known.'
  is_mature: Data of every source of contacts were read past those 24 hours.
---*/
with session as (
    select
        s.*,
        md5_key(s.source || '|' || s.session_id) as session_key,
        md5_key(coalesce(s.contact_source, s.source) || '|' || s.contact_id) as contact_key
    from staging.ivr_session as s
    inner join ops.build_window as w on s.local_date between w.scan_from and w.late_to
),

contact as (
    select
        c.*,
        case when not coalesce(b.is_shared, false) then coalesce(b.customer_id, c.customer_ref) end
            as customer_id
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
    left join core.bridge_customer_address as b on b.customer_ref = c.customer_ref
),

linked as (
    select
        s.session_key,
        s.session_id,
        s.source,
        s.contact_key,
        s.contact_id,
        c.contact_key is not null as is_linked,
        c.root_contact_id,
        s.kind,
        s.channel,
        coalesce(c.direction, 'inbound') as direction,
        -- What a menu settles has no contact that could tell the site.
        coalesce(s.site, c.site) as site,
        coalesce(s.customer_ref, c.customer_ref) as customer_ref,
        s.entry_point,
        s.entered_at,
        s.left_at,
        s.local_date as own_local_date,
        coalesce(c.local_date, s.local_date) as local_date,
        case when c.contact_key is null then s.zone else c.zone end as zone,
        case when c.contact_key is null then bucket15(s.entered_at) else c.interval_start end
            as interval_start,
        s.end_kind,
        c.credited_queue_id as queue_id,
        c.last_agent_id as agent_id,
        c.last_agent_key as agent_key
    from session as s
    left join contact as c
        on c.contact_key = s.contact_key
        and c.local_date between s.local_date - interval '400' day
            and s.local_date + interval '7' day
),

-- One customer may have several addresses; of one that several share nobody can say whose it was.
wanted as (
    select
        l.*,
        case when not coalesce(b.is_shared, false) then coalesce(b.customer_id, l.customer_ref) end
            as customer_id
    from linked as l
    inner join ops.build_window as w on l.local_date between w.from_date and w.to_date
    left join core.bridge_customer_address as b on b.customer_ref = l.customer_ref
),

step as (
    select
        p.source,
        p.session_id,
        p.task,
        count(*) as n_steps,
        count(*) filter (where p.outcome = 'done') as n_done
    from staging.ivr_step as p
    inner join ops.build_window as w on p.local_date between w.scan_from and w.late_to
    group by p.source, p.session_id, p.task
),

-- A task tried twice in one session is one task tried.
tried as (
    select
        source,
        session_id,
        cast(sum(n_steps) as bigint) as n_steps,
        count(task) as n_tasks,
        count(task) filter (where n_done > 0) as n_tasks_done
    from step
    group by source, session_id
),

-- The same customer again, whatever the medium, answered or not; not a part of the same call.
contacted_again as (
    select l.session_key
    from wanted as l
    inner join contact as c
        on c.customer_id = l.customer_id
        and c.local_date between l.own_local_date - interval '1' day
            and l.own_local_date + interval '3' day
        and c.local_date between l.local_date - interval '1' day
            and l.local_date + interval '7' day
    where c.direction = 'inbound'
        and c.kind = 'customer'
        and c.started_at > l.left_at
        and c.started_at <= l.left_at + interval '24' hour
        and c.contact_key is distinct from l.contact_key
        and c.root_contact_id is distinct from l.root_contact_id
    group by l.session_key
),

-- How far all that deliver contacts were read, but for what has been retired.
watermark as (
    select
        coalesce(
            min(case when not source_watermark.is_retired then source_watermark.watermark_at end),
            max(source_watermark.watermark_at)
        ) as watermark_at
    from (
        select
            source, max(watermark_at) as watermark_at,
            max(case when is_retired then 1 else 0 end) = 1 as is_retired
        from ops.feed_watermark
        where is_contact_feed
        group by source
    ) as source_watermark
    inner join (select distinct source from core.fact_contact) as contact_source
        on contact_source.source = source_watermark.source
)

select
    l.session_key,
    l.session_id,
    l.source,
    l.contact_key,
    l.contact_id,
    l.is_linked,
    l.kind,
    l.channel,
    l.direction,
    l.site,
    coalesce(q.queue_key, -1) as queue_key,
    l.queue_id,
    coalesce(l.agent_key, -1) as agent_key,
    l.agent_id,
    l.customer_ref,
    l.entry_point,
    l.entered_at,
    l.left_at,
    l.own_local_date,
    l.local_date,
    l.zone,
    coalesce(i.interval_key, -1) as interval_key,
    l.interval_start,
    l.end_kind,
    ms_between(l.entered_at, l.left_at) as session_ms,
    coalesce(t.n_steps, 0) as n_steps,
    coalesce(t.n_tasks, 0) as n_tasks,
    coalesce(t.n_tasks_done, 0) as n_tasks_done,
    case
        when l.customer_id is not null and l.left_at is not null
            then g.session_key is not null
    end as is_contacted_again,
    coalesce(l.left_at + interval '24' hour <= m.watermark_at, false) as is_mature,
    l.left_at is null as is_open
from wanted as l
left join tried as t on t.source = l.source and t.session_id = l.session_id
left join contacted_again as g on g.session_key = l.session_key
left join watermark as m on true
left join core.dim_queue as q
    on q.queue_id = l.queue_id and l.local_date >= q.valid_from and l.local_date < q.valid_to
left join core.dim_interval as i
    on i.zone = l.zone and i.interval_start = l.interval_start
