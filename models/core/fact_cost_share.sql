/*---
description: "What a month's costs came to for the contacts that one agent handled in one queue, channel and direction. A cost is shared by handle time among the agents it is about: of the centre, a site, a team, or one agent's labour. One that nobody handled anything for keeps its site and agent alone; so all rows of a month add up to what was spent."
owner: team:analytics
grain: [cost_share_key]
materialization: daily
period: month
metrics:
  row: cost_share
  attribution: month
  finest: month
  queue: f.queue_id
  queue_version: f.queue_key
  agent: f.agent_id
  agent_version: f.agent_key
  channel: f.channel
  direction: f.direction
  site: f.site
columns:
  cost_share_key: {tests: [not_null, unique]}
  local_date: {description: First day of the month., tests: [not_null]}
  kind: {description: 'What was paid for: labour, telecom, vendor or overhead.', tests: [not_null, {allowed: [labour, telecom, vendor, overhead]}]}
  queue_id: Queue the contacts came from; empty when no queue was involved or nobody handled any.
  agent_id: Who handled them; empty when nobody handled any.
  site: Site of the contacts, else of the agent, else of the cost; empty when not known.
  channel: The medium of the contacts; empty when nobody handled any.
  direction: 'Who began the contacts: inbound, outbound, callback or internal; empty when nobody handled any.'
  handle_ms: {description: 'Talk, hold and wrap-up of the legs (ms), as far as known.', tests: [not_null, {min: 0}]}
  reporting_amount: 'What it came to in the reporting currency; empty when any amount of it is not known.'
---*/
with leg as (
    select
        first_of_month(s.local_date) as month_on,
        s.agent_id,
        s.agent_key,
        s.queue_id,
        s.queue_key,
        s.channel,
        s.direction,
        coalesce(s.site, a.site) as site,
        coalesce(a.site, s.site) as agent_site,
        a.team,
        coalesce(s.talk_ms, 0) + coalesce(s.hold_ms, 0) + coalesce(s.wrap_ms, 0) as handle_ms
    from core.fact_handle_segment as s
    inner join ops.build_window as w on s.local_date between w.from_date and w.to_date
    left join core.dim_agent as a on a.agent_key = s.agent_key
    where s.role = 'customer' and s.kind = 'customer'
),

handled as (
    select
        month_on, agent_id, agent_key, queue_id, queue_key, channel, direction, site, agent_site,
        team,
        coalesce(queue_id, '') || '|' || cast(queue_key as varchar) || '|' || agent_id || '|'
        || cast(agent_key as varchar) || '|' || coalesce(channel, '') || '|' || direction || '|'
        || coalesce(site, '') as cell,
        cast(sum(handle_ms) as bigint) as handle_ms
    from leg
    group by month_on, agent_id, agent_key, queue_id, queue_key, channel, direction, site,
        agent_site, team
    having sum(handle_ms) > 0
),

-- What is to be shared, and among whom.
pool as (
    select
        c.local_date as month_on, c.zone, c.kind, c.cost_key as pool_key, c.scope_kind,
        c.scope_id, cast(null as varchar) as agent_id, -1 as agent_key, c.site,
        c.reporting_amount
    from core.fact_cost as c
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date
    union all
    select
        l.local_date, l.zone, 'labour', l.labour_key, 'agent',
        l.agent_id, l.agent_id, l.agent_key, l.site,
        l.reporting_amount
    from core.fact_labour as l
    inner join ops.build_window as w on l.local_date between w.from_date and w.to_date
    where l.is_counted
),

claim as (
    select
        p.month_on, p.zone, p.kind, p.pool_key, p.reporting_amount,
        coalesce(h.agent_id, p.agent_id) as agent_id,
        coalesce(h.agent_key, p.agent_key) as agent_key,
        h.queue_id, coalesce(h.queue_key, -1) as queue_key, h.channel, h.direction,
        case when h.cell is null then p.site else h.site end as site,
        coalesce(h.cell, '||' || coalesce(p.agent_id, '') || '|' || cast(p.agent_key as varchar)
        || '|||' || coalesce(p.site, '')) as cell,
        coalesce(h.handle_ms, 0) as handle_ms,
        sum(h.handle_ms) over (
            partition by p.pool_key order by h.cell
            rows between unbounded preceding and current row
        ) as so_far_ms,
        sum(h.handle_ms) over (partition by p.pool_key) as all_ms
    from pool as p
    left join handled as h
        on h.month_on = p.month_on
        and (
            p.scope_kind = 'all'
            or (p.scope_kind = 'site' and h.agent_site = p.scope_id)
            or (p.scope_kind = 'team' and h.team = p.scope_id)
            or (
                p.scope_kind = 'agent' and h.agent_id = p.agent_id
                and h.agent_key = p.agent_key
            )
        )
),

-- Shares are differences of running sums, so that they add up to the amount to the last digit.
share as (
    select
        *,
        case
            when all_ms is null then reporting_amount
            else cast(reporting_amount * cast(ratio(so_far_ms, all_ms) as decimal(18, 15))
                as decimal(18, 4))
                - cast(
                    reporting_amount
                    * cast(ratio(so_far_ms - handle_ms, all_ms) as decimal(18, 15))
                    as decimal(18, 4)
                )
        end as share_amount
    from claim
)

select
    md5_key(cast(month_on as varchar) || '|' || kind || '|' || cell) as cost_share_key,
    month_on as local_date,
    min(zone) as zone,
    kind,
    queue_key,
    queue_id,
    agent_key,
    agent_id,
    channel,
    direction,
    site,
    max(handle_ms) as handle_ms,
    cast(case when count(share_amount) = count(*) then sum(share_amount) end as decimal(18, 4))
        as reporting_amount
from share
group by month_on, kind, cell, queue_key, queue_id, agent_key, agent_id, channel, direction, site
