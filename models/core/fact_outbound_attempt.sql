/*---
description: One dial of a campaign, answered or not. It belongs to the day of the contact that it became, or to its own day.
owner: team:analytics
grain: [attempt_key]
materialization: daily
metrics:
  row: attempt
  attribution: dial
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  site: coalesce(f.site, a.site)
  campaign: f.campaign_id
columns:
  attempt_key: {tests: [not_null, unique]}
  attempt_id: {tests: [not_null]}
  campaign_id: {tests: [not_null]}
  direction: {tests: [not_null, {allowed: [outbound]}]}
  local_date: {description: 'Local day of the contact, else of the dial.', tests: [not_null]}
  interval_start: Quarter hour (UTC) in which the contact started; of the dial where there is none.
  answered_at: When it was answered (UTC); empty when it was not.
  agent_id: Agent of the contact's last leg with the customer, else who got the call or dialled; empty when nobody.
  result: {tests: [not_null]}
  is_dropped: A live answer to which no agent came within two seconds.
  is_given: A live answer to which an agent came in time, or as far as is known.
---*/
with attempt as (
    select
        r.*,
        md5_key(coalesce(r.contact_source, r.source) || '|' || r.contact_id) as contact_key
    from staging.outbound_attempt as r
    inner join ops.build_window as w on r.local_date between w.scan_from and w.late_to
),

contact as (
    select c.contact_key, c.local_date, c.zone, c.interval_start, c.channel, c.site,
        c.credited_queue_id, c.last_agent_id, c.last_agent_key
    from core.fact_contact as c
    inner join ops.build_window as w on c.local_date between w.linked_from and w.scan_to
),

judged as (
    select
        r.*,
        case
            when r.result in (
                'dropped', 'hung_up', 'wrong_number', 'third_party', 'callback', 'refused',
                'do_not_call', 'promise', 'sale', 'right_party'
            ) then true
            when r.result = 'unknown' and r.answered_at is not null and r.amd_result = 'human'
                then true
            when r.result = 'unknown' and r.answered_at is not null
                and r.amd_result is distinct from 'machine' then null
            when r.result = 'unknown' and r.answered_at is null then null
            else false
        end as is_live,
        case
            when r.result in ('no_answer', 'busy', 'invalid_number', 'failed', 'cancelled')
                then false
            when r.result = 'unknown' and r.answered_at is null then null
            else true
        end as is_connected,
        -- Where the dialler says nothing, what came of the call tells who was on the line.
        case
            when r.is_right_party is not null then r.is_right_party
            when r.result in ('promise', 'sale', 'right_party') then true
            when r.result in ('refused', 'callback', 'do_not_call', 'hung_up', 'unknown') then null
            else false
        end as is_right_party_reached,
        case
            when r.answered_at is not null and r.agent_connected_at is not null
                then greatest(ms_between(r.answered_at, r.agent_connected_at), 0)
        end as agent_delay_ms
    from attempt as r
),

placed as (
    select
        r.*,
        c.contact_key is not null as is_linked,
        c.channel,
        -- A dial that nobody answers has neither a contact nor an agent who could tell the site.
        coalesce(r.site, c.site) as contact_site,
        c.credited_queue_id,
        c.last_agent_key,
        coalesce(c.last_agent_id, r.agent) as agent_id,
        c.last_agent_id is not null as is_agent_of_contact,
        coalesce(c.local_date, r.local_date) as day,
        case when c.contact_key is null then r.zone else c.zone end as day_zone,
        case when c.contact_key is null then bucket15(r.dialled_at) else c.interval_start end
            as interval_start,
        -- Who hangs up before an agent comes was not dropped, and was not given to an agent.
        case
            when r.is_live then r.result = 'dropped' or coalesce(r.agent_delay_ms > 2000, false)
            else r.is_live
        end as is_dropped,
        case
            when r.is_live then r.result <> 'dropped'
                and coalesce(r.agent_delay_ms <= 2000, true)
                and (
                    r.agent_connected_at is not null
                    or r.result not in ('hung_up', 'unknown')
                    or r.agent is not null
                )
            else r.is_live
        end as is_given
    from judged as r
    left join contact as c
        on c.contact_key = r.contact_key
        and c.local_date between r.local_date - interval '400' day
            and r.local_date + interval '7' day
)

select
    md5_key(p.source || '|' || p.attempt_id) as attempt_key,
    p.attempt_id,
    p.source,
    p.contact_key,
    p.contact_id,
    p.is_linked,
    coalesce(k.campaign_key, -1) as campaign_key,
    p.campaign as campaign_id,
    p.lead_id,
    coalesce(p.channel, 'voice') as channel,
    'outbound' as direction,
    p.contact_site as site,
    coalesce(q.queue_key, -1) as queue_key,
    p.credited_queue_id as queue_id,
    case when p.is_agent_of_contact then p.last_agent_key else coalesce(a.agent_key, -1) end
        as agent_key,
    p.agent_id,
    p.dialled_at,
    p.answered_at,
    p.agent_connected_at,
    p.agent_delay_ms,
    p.local_date as own_local_date,
    p.day as local_date,
    p.day_zone as zone,
    coalesce(i.interval_key, -1) as interval_key,
    p.interval_start,
    p.amd_result,
    p.result,
    p.is_connected,
    p.is_live,
    p.is_right_party_reached as is_right_party,
    p.is_dropped,
    p.is_given
from placed as p
inner join ops.build_window as w on p.day between w.from_date and w.to_date
left join core.dim_campaign as k on k.campaign_id = p.campaign
left join core.dim_queue as q
    on q.queue_id = p.credited_queue_id and p.day >= q.valid_from and p.day < q.valid_to
left join core.dim_agent as a
    on a.agent_id = p.agent_id and p.day >= a.valid_from and p.day < a.valid_to
left join core.dim_interval as i
    on i.zone = p.day_zone and i.interval_start = p.interval_start
