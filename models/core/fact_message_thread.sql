/*---
description: One exchange in writing, from its first message until it is marked resolved or nobody writes for 72 hours; who writes to the same thread again begins another. It belongs to the day of its contact, or to its own.
owner: team:analytics
grain: [thread_key]
materialization: daily
reach: {before: 7}
metrics:
  row: thread
  attribution: contact start
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  unfinished: is_open
columns:
  thread_key: {tests: [not_null, unique]}
  thread_id: {tests: [not_null]}
  channel: {description: 'The medium: chat, email, sms or social.', tests: [not_null]}
  direction: 'Who began the contact, else who wrote first: inbound or outbound.'
  started_at: {description: When the first message was sent (UTC)., tests: [not_null]}
  local_date: {description: 'Local day of the contact, else of the first message.', tests: [not_null]}
  own_local_date: Local day of the first message.
  interval_start: Quarter hour (UTC) in which the contact started; of the first message where there is none.
  queue_id: Queue of the contact's last leg with the customer, else the first that dealt with it; empty when none.
  agent_id: Agent of the contact's last leg with the customer, else who replied first; empty when nobody.
  resolved_at: When it was last marked resolved (UTC); empty when it was not.
  first_reply_at: When an agent first replied to the customer (UTC); bots and automatic replies are none.
  first_response_ms: {tests: [{min: 0}]}
  resolution_ms: Milliseconds from the first message to the resolution; empty when it was not marked resolved.
  is_bot_alone: 'A bot brought it to its end, or the customer left it there: nobody asked for an agent, and none replied.'
  is_answered: An agent replied; empty when the customer wrote nothing.
  is_open: Neither resolved nor silent for 72 hours as far as the data goes.
---*/
with message as (
    select m.*
    from staging.message as m
    inner join ops.build_window as w on m.local_date between w.scan_from and w.late_to
),

-- What a message follows is looked for 72 hours back alone, so that a narrow build sees the same.
followed as (
    select
        *,
        lag(sent_at) over by_time as before_at,
        max(case when coalesce(is_resolving, false) then sent_at end) over so_far as resolving_at,
        max(case when author_kind = 'customer' then sent_at end) over so_far as customer_at
    from message
    window
        by_time as (partition by source, thread_id order by sent_at, message_id),
        so_far as (
            partition by source, thread_id
            order by sent_at, message_id
            rows between unbounded preceding and 1 preceding
        )
),

marked as (
    select
        *,
        case
            when before_at is null or before_at < sent_at - interval '72' hour then 1
            when author_kind = 'customer'
                and resolving_at >= sent_at - interval '72' hour
                and (customer_at is null or customer_at <= resolving_at)
                then 1
            else 0
        end as is_first
    from followed
),

numbered as (
    select
        *,
        sum(is_first) over (
            partition by source, thread_id
            order by sent_at, message_id
            rows between unbounded preceding and current row
        ) as part_no
    from marked
),

opening as (
    select source, thread_id, part_no, message_id, sent_at, local_date, zone, direction
    from numbered
    where is_first = 1
),

-- What comes more than 400 days after the first message is left out.
timely as (
    select
        n.source, n.thread_id, n.part_no, n.message_id, n.channel, n.queue, n.agent, n.direction,
        n.author_kind, n.sent_at, n.contact_id, n.contact_source,
        coalesce(n.is_resolving, false) as is_resolving,
        o.sent_at as started_at,
        o.message_id as first_message_id,
        o.local_date as own_local_date,
        o.zone as own_zone,
        o.direction as first_direction,
        min(case when n.author_kind = 'customer' then n.sent_at end) over (
            partition by n.source, n.thread_id, n.part_no
        ) as first_customer_at
    from numbered as n
    inner join opening as o
        on o.source = n.source and o.thread_id = n.thread_id and o.part_no = n.part_no
    where n.local_date <= o.local_date + interval '400' day
),

placed as (
    select
        *,
        case when author_kind = 'agent' and direction = 'outbound' and sent_at >= first_customer_at
            then 1 else 0 end as is_reply,
        row_number() over (
            partition by source, thread_id, part_no
            order by case when contact_id is null then 1 else 0 end, sent_at, message_id
        ) as contact_place,
        row_number() over (
            partition by source, thread_id, part_no
            order by case when queue is null then 1 else 0 end, sent_at, message_id
        ) as queue_place
    from timely
),

replier as (
    select
        source, thread_id, part_no, agent,
        row_number() over (
            partition by source, thread_id, part_no
            order by sent_at, message_id
        ) as place
    from placed
    where is_reply = 1 and agent is not null
),

thread as (
    select
        source,
        thread_id,
        part_no,
        min(first_message_id) as first_message_id,
        min(channel) as channel,
        min(first_direction) as first_direction,
        min(started_at) as started_at,
        min(own_local_date) as own_local_date,
        min(own_zone) as own_zone,
        min(first_customer_at) as first_customer_at,
        min(case when is_reply = 1 then sent_at end) as first_reply_at,
        max(sent_at) as last_message_at,
        max(case when is_resolving then sent_at end) as resolved_at,
        count(*) filter (where author_kind = 'customer') as n_customer_messages,
        count(*) filter (where author_kind = 'agent' and direction = 'outbound')
            as n_agent_messages,
        count(*) filter (where author_kind in ('bot', 'auto')) as n_automatic_messages,
        max(case when queue_place = 1 then queue end) as queue,
        max(case when contact_place = 1 then contact_id end) as contact_id,
        max(case when contact_place = 1 then coalesce(contact_source, source) end)
            as contact_source
    from placed
    group by source, thread_id, part_no
),

contact as (
    select c.contact_key, c.local_date, c.zone, c.interval_start, c.direction, c.site,
        c.credited_queue_id, c.last_agent_id, c.last_agent_key
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

linked as (
    select
        t.*,
        md5_key(t.contact_source || '|' || t.contact_id) as contact_key,
        c.contact_key is not null as is_linked,
        coalesce(
            c.direction,
            case t.first_direction when 'outbound' then 'outbound' else 'inbound' end
        ) as direction,
        c.site,
        coalesce(c.credited_queue_id, t.queue) as queue_id,
        c.last_agent_key,
        c.last_agent_id is not null as is_agent_of_contact,
        coalesce(c.last_agent_id, r.agent) as agent_id,
        coalesce(c.local_date, t.own_local_date) as local_date,
        case when c.contact_key is null then t.own_zone else c.zone end as zone,
        case when c.contact_key is null then bucket15(t.started_at) else c.interval_start end
            as interval_start
    from thread as t
    left join replier as r
        on r.source = t.source
        and r.thread_id = t.thread_id
        and r.part_no = t.part_no
        and r.place = 1
    left join contact as c
        on c.contact_key = md5_key(t.contact_source || '|' || t.contact_id)
        and c.local_date between t.own_local_date - interval '400' day
            and t.own_local_date + interval '7' day
),

-- How the contact's sessions with bots ended.
bot as (
    select
        s.contact_key,
        max(case when s.end_kind in ('completed', 'hung_up') then 0 else 1 end) = 0 as is_end
    from core.fact_ivr_session as s
    inner join ops.build_window as w on s.local_date between w.linked_from and w.scan_to
    where s.kind = 'bot' and s.contact_key is not null
    group by s.contact_key
),

watermark as (
    select source, max(watermark_at) as watermark_at
    from ops.feed_watermark
    group by source
),

timed as (
    select
        l.*,
        h.calendar,
        h.zone as queue_zone,
        m.watermark_at,
        cast(case when l.channel = 'chat' then 60000 else 86400000 end as bigint)
            as response_goal_ms,
        l.first_reply_at is null and coalesce(b.is_end, false) as is_bot_alone,
        l.resolved_at is null
            and l.last_message_at + interval '72' hour <= m.watermark_at as is_silent
    from linked as l
    inner join ops.build_window as w on l.local_date between w.from_date and w.to_date
    left join core.dim_queue as h
        on h.queue_id = l.queue_id
        and l.own_local_date >= h.valid_from
        and l.own_local_date < h.valid_to
    left join watermark as m on m.source = l.source
    left join bot as b on b.contact_key = l.contact_key
),

-- Working time since the beginning at each instant; a queue without a calendar always works.
worked as (
    select
        t.source,
        t.thread_id,
        t.part_no,
        asked.open_before_ms
        + least(greatest(ms_between(asked.interval_start, t.first_customer_at) - asked.opens_ms, 0), asked.open_ms) as asked_ms,
        replied.open_before_ms
        + least(greatest(ms_between(replied.interval_start, t.first_reply_at) - replied.opens_ms, 0), replied.open_ms) as replied_ms,
        began.open_before_ms
        + least(greatest(ms_between(began.interval_start, t.started_at) - began.opens_ms, 0), began.open_ms) as began_ms,
        resolved.open_before_ms
        + least(greatest(ms_between(resolved.interval_start, t.resolved_at) - resolved.opens_ms, 0), resolved.open_ms) as resolved_ms,
        read_to.open_before_ms
        + least(greatest(ms_between(read_to.interval_start, t.watermark_at) - read_to.opens_ms, 0), read_to.open_ms) as read_to_ms
    from timed as t
    left join core.business_interval as asked
        on asked.calendar = t.calendar
        and asked.zone = t.queue_zone
        and asked.interval_start = bucket15(t.first_customer_at)
    left join core.business_interval as replied
        on replied.calendar = t.calendar
        and replied.zone = t.queue_zone
        and replied.interval_start = bucket15(t.first_reply_at)
    left join core.business_interval as began
        on began.calendar = t.calendar
        and began.zone = t.queue_zone
        and began.interval_start = bucket15(t.started_at)
    left join core.business_interval as resolved
        on resolved.calendar = t.calendar
        and resolved.zone = t.queue_zone
        and resolved.interval_start = bucket15(t.resolved_at)
    left join core.business_interval as read_to
        on read_to.calendar = t.calendar
        and read_to.zone = t.queue_zone
        and read_to.interval_start = bucket15(t.watermark_at)
),

judged as (
    select
        t.*,
        ms_between(t.first_customer_at, t.first_reply_at) as first_response_ms,
        case
            when t.calendar is null then ms_between(t.first_customer_at, t.first_reply_at)
            else k.replied_ms - k.asked_ms
        end as first_response_business_ms,
        case
            when t.calendar is null then ms_between(t.first_customer_at, t.watermark_at)
            else k.read_to_ms - k.asked_ms
        end as waited_business_ms,
        ms_between(t.started_at, t.resolved_at) as resolution_ms,
        case
            when t.calendar is null then ms_between(t.started_at, t.resolved_at)
            else k.resolved_ms - k.began_ms
        end as resolution_business_ms
    from timed as t
    inner join worked as k
        on k.source = t.source and k.thread_id = t.thread_id and k.part_no = t.part_no
)

select
    md5_key(j.source || '|' || j.thread_id || '|' || j.first_message_id) as thread_key,
    j.thread_id,
    j.source,
    case when j.contact_id is not null then j.contact_key end as contact_key,
    j.contact_id,
    j.is_linked,
    j.channel,
    j.direction,
    j.site,
    coalesce(q.queue_key, -1) as queue_key,
    j.queue_id,
    case when j.is_agent_of_contact then j.last_agent_key else coalesce(a.agent_key, -1) end
        as agent_key,
    j.agent_id,
    j.started_at,
    j.first_customer_at,
    j.first_reply_at,
    j.last_message_at,
    j.resolved_at,
    j.own_local_date,
    j.local_date,
    j.zone,
    coalesce(i.interval_key, -1) as interval_key,
    j.interval_start,
    j.n_customer_messages,
    j.n_agent_messages,
    j.n_automatic_messages,
    j.response_goal_ms,
    j.first_response_ms,
    j.first_response_business_ms,
    j.resolution_ms,
    j.resolution_business_ms,
    j.is_bot_alone,
    case when j.first_customer_at is not null then j.first_reply_at is not null end as is_answered,
    j.first_response_business_ms <= j.response_goal_ms as is_answered_in_goal,
    j.first_customer_at is not null
    and j.first_reply_at is null
    and not j.is_bot_alone
    and coalesce(j.waited_business_ms > j.response_goal_ms, false) as is_overdue,
    j.resolved_at is not null as is_resolved,
    coalesce(j.is_silent, false) as is_silent,
    j.resolved_at is null and not coalesce(j.is_silent, false) as is_open
from judged as j
left join core.dim_queue as q
    on q.queue_id = j.queue_id and j.local_date >= q.valid_from and j.local_date < q.valid_to
left join core.dim_agent as a
    on a.agent_id = j.agent_id and j.local_date >= a.valid_from and j.local_date < a.valid_to
left join core.dim_interval as i
    on i.zone = j.zone and i.interval_start = j.interval_start
