/*---
description: What one kind of cost came to in a month for the whole centre, a site or a team, without what is on record for smaller parts; so all rows of a currency add up to what was spent.
owner: team:analytics
grain: [cost_key]
columns:
  cost_key: {tests: [not_null, unique]}
  scope_kind: {description: 'What the row is about: all, site or team.', tests: [not_null, {allowed: [all, site, team]}]}
  scope_id: 'Which one of its kind; all for the whole centre.'
  kind: {description: 'What was paid for: labour, telecom, vendor or overhead.', tests: [not_null, {allowed: [labour, telecom, vendor, overhead]}]}
  local_date: {description: First day of the month., tests: [not_null]}
  site: Site it is about; of a team that of its people; empty when not known, or for the whole centre.
  team: Team it is about; empty for others.
  cost_amount: {tests: [not_null]}
  currency: {tests: [not_null]}
  reporting_amount: "The amount in the reporting currency, by the month's rate; empty without a rate."
  valid_from: First day of the month.
  valid_to: First day of the next month.
---*/
with cost as (
    select *, first_of_month(period_on) as month_on
    from staging.cost
),

-- The site of a team's people; of several the first of the alphabet.
team_site as (
    select c.month_on, c.scope_id as team, min(a.site) as site
    from (select distinct month_on, scope_id from cost where scope_kind = 'team') as c
    inner join core.dim_agent as a
        on a.team = c.scope_id
        and a.valid_from < c.month_on + interval '1' month
        and a.valid_to > c.month_on
    group by c.month_on, c.scope_id
)

select
    md5_key(
        c.source || '|' || cast(c.period_on as varchar) || '|' || c.scope_kind || '|' || c.scope_id
        || '|' || c.kind || '|' || c.currency
    ) as cost_key,
    c.source,
    c.month_on as local_date,
    c.zone,
    c.scope_kind,
    c.scope_id,
    case c.scope_kind when 'site' then c.scope_id when 'team' then t.site end as site,
    case c.scope_kind when 'team' then c.scope_id end as team,
    c.kind,
    c.cost_amount,
    c.currency,
    -- DuckDB keeps a product of two decimals of 18 digits to 18 digits, and stops beyond.
    cast(
        cast(c.cost_amount as decimal(19, 4)) * x.exchange_rate as decimal(18, 4)
    ) as reporting_amount,
    c.month_on as valid_from,
    cast(c.month_on + interval '1' month as date) as valid_to
from cost as c
left join core.exchange_rate as x
    on x.currency = c.currency and c.month_on >= x.valid_from and c.month_on < x.valid_to
left join team_site as t
    on c.scope_kind = 'team' and t.month_on = c.month_on and t.team = c.scope_id
