/*---
description: One invitation to answer a survey. It belongs to the day of the contact it asks about, however late it was sent; without a contact to its own.
owner: team:analytics
grain: [invite_key]
materialization: daily
# Two weeks after the contact at the latest it is no longer provisional.
reach: {before: 15}
metrics:
  row: survey
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
  unfinished: is_provisional and not is_answered
columns:
  invite_key: {description: Key of the invitation., tests: [not_null, unique]}
  invite_id: {description: The source's identifier of the invitation., tests: [not_null]}
  contact_key: Key of the contact asked about; empty when about none.
  contact_id: Identifier of the contact asked about; empty when about none.
  is_linked: {description: The contact asked about is known., tests: [not_null]}
  customer_ref: Keyed hash of the address invited; empty when not known.
  channel: The medium of the contact; empty when not linked.
  direction: Who began the contact; empty when not linked.
  kind: "Whom the contact is with: customer, consult, internal or test; empty when not linked."
  site: Site of the contact; empty when not known.
  reason: Reason of the contact as the source has it; empty when not known.
  language: Language of the contact; empty when not known.
  queue_id: Queue of the contact's last leg with a customer.
  agent_id: Agent of the contact's last leg with a customer.
  survey_channel: "The medium of the survey: voice, chat, email, sms or social."
  sent_at: {description: When it was sent (UTC)., tests: [not_null]}
  answered_at: "When it was answered (UTC), by the invitation itself, else by the first of its answers; empty while it is not."
  local_date: {description: "Local day on which the contact asked about started, else on which it was sent.", tests: [not_null]}
  own_local_date: {description: Local day on which it was sent., tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact asked about started, else in which it was sent.
  response_ms: Milliseconds from sending to the answer; empty while not answered.
  n_answers: {description: Questions answered., tests: [not_null, {min: 0}]}
  is_delivered: "Reached the customer, as an answer proves; empty when the source does not tell."
  is_answered: {description: Answered., tests: [not_null]}
  is_provisional: {description: "Younger than 7 days as far as its source was read, counted from the sending or from a week after the contact at the latest: an answer may still come.", tests: [not_null]}
---*/
with invite as (
    select i.*, md5_key(coalesce(i.contact_source, i.source) || '|' || i.contact_id) as contact_key
    from staging.survey_invite as i
    inner join ops.build_window as w on i.local_date between w.scan_from and w.late_to
),

contact as (
    select c.*
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

placed as (
    select
        i.source, i.invite_id, i.contact_key, i.contact_id, i.customer_ref,
        i.channel as survey_channel, i.sent_at, i.answered_at, i.is_delivered,
        i.local_date as own_local_date,
        c.contact_key is not null as is_linked,
        c.channel, c.direction, c.kind, c.site, c.reason, c.language,
        c.credited_queue_id, c.last_agent_id, c.last_agent_key,
        c.started_at as contact_started_at,
        coalesce(c.local_date, i.local_date) as local_date,
        coalesce(c.zone, i.zone) as zone,
        bucket15(coalesce(c.started_at, i.sent_at)) as interval_start
    from invite as i
    left join contact as c
        on c.contact_key = i.contact_key
        and c.local_date between i.local_date - interval '400' day
        and i.local_date + interval '7' day
),

kept as (
    select p.*
    from placed as p
    inner join ops.build_window as w on p.local_date between w.from_date and w.to_date
),

-- Many systems write answers to a file of their own and leave the invitation as it was.
answer as (
    select k.source, k.invite_id, min(a.answered_at) as answered_at, count(*) as n_answers
    from staging.survey_answer as a
    inner join ops.build_window as w on a.local_date between w.scan_from and w.late_to
    inner join kept as k
        on k.source = a.source
        and k.invite_id = a.invite_id
        and a.local_date between k.local_date - interval '7' day
        and k.local_date + interval '400' day
    group by k.source, k.invite_id
),

-- An answer may be in any file of the source.
watermark as (
    select source, min(watermark_at) as watermark_at
    from ops.feed_watermark
    group by source
),

answered as (
    select
        k.*,
        coalesce(k.answered_at, a.answered_at) as first_answered_at,
        coalesce(a.n_answers, 0) as n_answers,
        -- A week after the contact at the latest: a watermark that moves changes near days only.
        least(
            k.sent_at, coalesce(k.contact_started_at + interval '7' day, k.sent_at)
        ) as waits_from
    from kept as k
    left join answer as a on a.source = k.source and a.invite_id = k.invite_id
)

select
    md5_key(k.source || '|' || k.invite_id) as invite_key,
    k.invite_id,
    k.source,
    k.contact_key,
    k.contact_id,
    k.is_linked,
    k.customer_ref,
    k.channel,
    k.direction,
    k.kind,
    k.site,
    k.reason,
    k.language,
    coalesce(q.queue_key, -1) as queue_key,
    k.credited_queue_id as queue_id,
    coalesce(k.last_agent_key, -1) as agent_key,
    k.last_agent_id as agent_id,
    k.survey_channel,
    k.sent_at,
    k.first_answered_at as answered_at,
    k.local_date,
    k.own_local_date,
    k.zone,
    coalesce(i.interval_key, -1) as interval_key,
    k.interval_start,
    ms_between(k.sent_at, k.first_answered_at) as response_ms,
    k.n_answers,
    case
        when k.is_delivered is not null then k.is_delivered or k.first_answered_at is not null
    end as is_delivered,
    k.first_answered_at is not null as is_answered,
    coalesce(k.waits_from + interval '7' day > m.watermark_at, true) as is_provisional
from answered as k
left join watermark as m on m.source = k.source
left join core.dim_queue as q
    on q.queue_id = k.credited_queue_id
    and k.local_date >= q.valid_from
    and k.local_date < q.valid_to
left join core.dim_interval as i on i.zone = k.zone and i.interval_start = k.interval_start
