/*---
description: An agent's paid time of a month, and what it came to by the agent's hourly cost; a row for each version of the agent's facts. Where labour is on record as a cost, or an outsourced agent's as a vendor's, it does not count again.
owner: team:analytics
grain: [labour_key]
materialization: daily
period: month
columns:
  labour_key: {tests: [not_null, unique]}
  agent_id: {tests: [not_null]}
  local_date: {description: First day of the month., tests: [not_null]}
  paid_ms: {tests: [not_null, {min: 1}]}
  reporting_amount: "The amount in the reporting currency, by the month's rate; empty without a rate or an hourly cost."
  is_counted: {description: "No row of fact_cost says what the agent's team, site or the centre paid for labour.", tests: [not_null]}
---*/
with paid as (
    select
        first_of_month(f.local_date) as month_on,
        f.agent_id,
        f.agent_key,
        min(f.zone) as zone,
        cast(sum(f.paid_ms) as bigint) as paid_ms
    from core.fact_agent_schedule_interval as f
    inner join ops.build_window as w on f.local_date between w.from_date and w.to_date
    where f.paid_ms > 0
    group by first_of_month(f.local_date), f.agent_id, f.agent_key
),

priced as (
    select
        p.*,
        a.site,
        a.team,
        a.sourcing,
        a.hourly_cost,
        a.currency,
        cast(ratio(a.hourly_cost * ms_to_s(p.paid_ms), 3600) as decimal(18, 4)) as labour_amount
    from paid as p
    left join core.dim_agent as a on a.agent_key = p.agent_key
),

on_record as (
    select distinct p.month_on, p.agent_id, p.agent_key
    from priced as p
    inner join core.fact_cost as c
        on c.local_date = p.month_on
        and (
            c.scope_kind = 'all'
            or (c.scope_kind = 'site' and c.scope_id = p.site)
            or (c.scope_kind = 'team' and c.scope_id = p.team)
        )
        and (c.kind = 'labour' or (c.kind = 'vendor' and p.sourcing = 'outsourced'))
)

select
    md5_key(
        cast(p.month_on as varchar) || '|' || p.agent_id || '|' || cast(p.agent_key as varchar)
    ) as labour_key,
    p.month_on as local_date,
    p.zone,
    p.agent_key,
    p.agent_id,
    p.site,
    p.team,
    p.paid_ms,
    p.hourly_cost,
    p.currency,
    p.labour_amount,
    -- DuckDB keeps a product of two decimals of 18 digits to 18 digits, and stops beyond.
    cast(
        cast(p.labour_amount as decimal(19, 4)) * x.exchange_rate as decimal(18, 4)
    ) as reporting_amount,
    r.agent_id is null as is_counted
from priced as p
left join on_record as r
    on r.month_on = p.month_on and r.agent_id = p.agent_id and r.agent_key = p.agent_key
left join core.exchange_rate as x
    on x.currency = p.currency and p.month_on >= x.valid_from and p.month_on < x.valid_to
