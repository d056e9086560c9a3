/*---
description: "Whether a customer came back: one row a handled inbound contact of a customer, with the next inbound contact of the same customer about the same reason. Legs of the same chain and contacts that the centre began are no repeats; an unknown reason fits any."
owner: team:analytics
grain: [contact_key]
materialization: daily
# A new contact changes those up to a week and 30 days before it, and how far back history reaches.
reach: {before: 38, after: 38}
metrics:
  row: judged_contact
  attribution: contact start
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: coalesce(f.site, a.site)
  reason: f.reason
  language: f.language
  unfinished: is_provisional
columns:
  contact_key: {tests: [not_null, unique]}
  contact_id: {tests: [not_null]}
  queue_id: Queue of the contact's last leg with a customer.
  agent_id: Agent of the contact's last leg with a customer.
  customer_id: "Pseudonym of the customer: of the list that knows the address, else the address itself. Empty when withheld or shared."
  is_customer_known: {description: "The customer can be told from others: neither withheld nor shared.", tests: [not_null]}
  reason_group: "Group of its reason in small letters: its own, else that of dim_reason; empty when no reason is known."
  language: Language of the contact; empty when not known.
  site: Site of the contact; empty when not known.
  local_date: {description: Local day on which the contact started., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact started.
  counted_from: "When it ended (UTC), a week after its start at the latest: repeats are counted from here. Empty while open."
  repeat_contact_key: Key of the next contact of the customer about the same reason within 30 days; empty when there is none.
  repeat_after_ms: Milliseconds from the end to that contact.
  is_first_contact: "No inbound contact of the customer about the same reason in the 7 days before, as far as the history reaches back; empty when nobody can say."
  is_first_contact_resolved: "A first contact that nobody had to repeat within 7 days; empty when it is no first contact, or when the 7 days are not over in every source of inbound contacts."
  is_repeated_1d: Repeated within 24 hours; empty when the customer is not known or the time is not over.
  is_repeated_3d: Repeated within 3 days; empty when the customer is not known or the time is not over.
  is_repeated_7d: Repeated within 7 days; empty when the customer is not known or the time is not over.
  is_repeated_14d: Repeated within 14 days; empty when the customer is not known or the time is not over.
  is_repeated_30d: Repeated within 30 days; empty when the customer is not known or the time is not over.
  is_provisional: {description: The 7 days in which it may be repeated are not over., tests: [not_null]}
---*/
-- A contact of a week and 30 days, and a day for zones: what is further away concerns nobody here.
with near as (
    select
        c.*,
        c.source || '|' || c.root_contact_id as chain,
        case when not coalesce(b.is_shared, false) then coalesce(b.customer_id, c.customer_ref) end
            as customer_id,
        nullif(lower(trim(coalesce(nullif(trim(c.reason_group), ''), r.reason_group))), '')
            as matter,
        case when c.ended_at is not null then least(c.ended_at, c.started_at + interval '7' day) end
            as counted_from
    from core.fact_contact as c
    inner join ops.build_window as w
        on c.local_date between w.from_date - interval '38' day and w.to_date + interval '38' day
    left join core.bridge_customer_address as b on b.customer_ref = c.customer_ref
    left join core.dim_reason as r on r.reason_key = md5_key(lower(trim(c.reason)))
    where c.direction = 'inbound' and c.kind = 'customer'
),

anchor as (
    select n.*, coalesce(n.matter, '') as lane
    from near as n
    inner join ops.build_window as w on n.local_date between w.from_date and w.to_date
    where n.is_handled
),

-- A lane holds what may be about one reason: the contacts of that reason and those of none. Of
-- contacts whose reason is not known everything may be a repeat.
lane as (
    select distinct customer_id, lane
    from anchor
    where customer_id is not null
),

came as (
    select
        l.customer_id, l.lane, n.started_at as came_at, n.contact_key, n.chain,
        coalesce(
            n.chain <> lag(n.chain) over (
                partition by l.customer_id, l.lane order by n.started_at, n.contact_key
            ), false
        ) as is_other_chain
    from near as n
    inner join lane as l
        on l.customer_id = n.customer_id
        and (l.lane = '' or n.matter is null or n.matter = l.lane)
),

-- With each contact the next one that is of another chain.
followed as (
    select
        customer_id, lane, came_at, contact_key, chain,
        first_value(case when is_other_chain then came_at end ignore nulls) over later as other_at,
        first_value(case when is_other_chain then contact_key end ignore nulls) over later
            as other_key
    from came
    window
        later as (
            partition by customer_id, lane
            order by came_at, contact_key
            rows between 1 following and unbounded following
        )
),

-- At one instant: an anchor starts, contacts come, an anchor ends.
event as (
    select customer_id, lane, came_at as at_instant, 1 as place, contact_key, came_at
    from followed
    union all
    select customer_id, lane, started_at, 0, contact_key, cast(null as timestamp)
    from anchor
    where customer_id is not null
    union all
    select customer_id, lane, counted_from, 2, contact_key, cast(null as timestamp)
    from anchor
    where customer_id is not null and counted_from is not null
),

looked as (
    select
        customer_id, lane, place, contact_key,
        last_value(came_at ignore nulls) over (
            partition by customer_id, lane
            order by at_instant, place, contact_key
            rows between unbounded preceding and 1 preceding
        ) as before_at,
        first_value(case when place = 1 then contact_key end ignore nulls) over (
            partition by customer_id, lane
            order by at_instant, place, contact_key
            rows between 1 following and unbounded following
        ) as next_key
    from event
),

repeated as (
    select
        a.contact_key,
        case when f.chain <> a.chain then f.came_at else f.other_at end as repeat_at,
        case when f.chain <> a.chain then f.contact_key else f.other_key end as repeat_key
    from looked as l
    inner join anchor as a on a.contact_key = l.contact_key
    inner join followed as f
        on f.customer_id = l.customer_id and f.lane = l.lane and f.contact_key = l.next_key
    where l.place = 2
),

day as (
    select local_date, min(started_at) as first_at
    from near
    group by local_date
),

-- History reaches back to the first contact of anybody within 37 days.
history as (
    select d.local_date, min(e.first_at) as known_from
    from day as d
    inner join day as e on e.local_date between d.local_date - interval '37' day and d.local_date
    group by d.local_date
),

-- Repeats may come by any source of inbound contacts: the one read least far decides, by its files
-- that tell of contacts. A month's costs beside them say nothing of who called. Nobody comes by a
-- source that has been retired.
watermark as (
    select
        coalesce(
            min(case when not coalesce(f.is_retired, false) then f.watermark_at end),
            max(f.watermark_at)
        ) as known_to
    from ops.feed_watermark as f
    inner join (
        select distinct source
        from staging.contact
        where direction = 'inbound' and kind = 'customer'
    ) as s
        on s.source = f.source
    where f.is_contact_feed
),

judged as (
    select
        a.*,
        r.repeat_key,
        ms_between(a.counted_from, r.repeat_at) as after_ms,
        coalesce(ms_between(a.counted_from, m.known_to), -1) as known_ms,
        case
            when a.customer_id is not null and h.known_from <= a.started_at - interval '7' day
                then coalesce(l.before_at < a.started_at - interval '7' day, true)
        end as is_first_contact
    from anchor as a
    cross join watermark as m
    left join looked as l on l.contact_key = a.contact_key and l.place = 0
    left join repeated as r on r.contact_key = a.contact_key
    left join history as h on h.local_date = a.local_date
),

told as (
    select
        j.*,
        case
            when j.customer_id is not null and j.known_ms >= 86400000
                then coalesce(j.after_ms <= 86400000, false)
        end as is_repeated_1d,
        case
            when j.customer_id is not null and j.known_ms >= 259200000
                then coalesce(j.after_ms <= 259200000, false)
        end as is_repeated_3d,
        case
            when j.customer_id is not null and j.known_ms >= 604800000
                then coalesce(j.after_ms <= 604800000, false)
        end as is_repeated_7d,
        case
            when j.customer_id is not null and j.known_ms >= 1209600000
                then coalesce(j.after_ms <= 1209600000, false)
        end as is_repeated_14d,
        case
            when j.customer_id is not null and j.known_ms >= 2592000000
                then coalesce(j.after_ms <= 2592000000, false)
        end as is_repeated_30d
    from judged as j
)

select
    t.contact_key,
    t.contact_id,
    t.source,
    t.channel,
    t.direction,
    t.site,
    t.language,
    coalesce(q.queue_key, -1) as queue_key,
    t.credited_queue_id as queue_id,
    t.last_agent_key as agent_key,
    t.last_agent_id as agent_id,
    t.customer_id,
    t.customer_id is not null as is_customer_known,
    t.reason,
    t.matter as reason_group,
    t.started_at,
    t.counted_from,
    t.local_date,
    t.zone,
    t.interval_key,
    t.interval_start,
    case when t.after_ms <= 2592000000 then t.repeat_key end as repeat_contact_key,
    case when t.after_ms <= 2592000000 then t.after_ms end as repeat_after_ms,
    t.is_first_contact,
    case when t.is_first_contact then not t.is_repeated_7d end as is_first_contact_resolved,
    t.is_repeated_1d,
    t.is_repeated_3d,
    t.is_repeated_7d,
    t.is_repeated_14d,
    t.is_repeated_30d,
    t.known_ms < 604800000 as is_provisional
from told as t
left join core.dim_queue as q
    on q.queue_id = t.credited_queue_id
    and t.local_date >= q.valid_from
    and t.local_date < q.valid_to
