/*---
description: What one unit of a currency is worth in the reporting currency, month by month; the reporting currency itself is worth one at any time. A month without a rate has no row, and what is in that currency then is not known in the reporting one. Without a setting, the reporting currency is that of all amounts, where they are in one.
owner: team:analytics
grain: [exchange_rate_key]
columns:
  exchange_rate_key: {tests: [not_null, unique]}
  currency: {tests: [not_null]}
  reporting_currency: {tests: [not_null]}
  valid_from: {description: 'First day of the month; of the reporting currency the beginning of time.', tests: [not_null]}
  valid_to: {description: First day that is no longer of it., tests: [not_null]}
  exchange_rate: {tests: [not_null, {min: 0}]}
---*/
with unset as (
    select count(reporting_currency) as n_set from ops.centre
),

used as (
    select s.currency from staging.sale as s inner join unset as u on u.n_set = 0
    union
    select c.currency from staging.cost as c inner join unset as u on u.n_set = 0
    union
    select r.currency from staging.roster as r inner join unset as u on u.n_set = 0
),

reporting as (
    select max(reporting_currency) as currency
    from ops.centre
    having count(reporting_currency) > 0
    union all
    -- A dash in a roster says that there is none any more.
    select max(currency)
    from used
    where currency <> '-'
    having count(*) = 1
),

told as (
    select
        f.currency,
        first_of_month(f.period_on) as month_on,
        cast(f.rate as decimal(18, 10)) as exchange_rate,
        row_number() over (
            partition by f.currency, first_of_month(f.period_on)
            order by f.source, f.period_on
        ) as place
    from staging.fx_rate as f
    inner join reporting as r on r.currency = f.to_currency and r.currency <> f.currency
    where f.rate > 0
)

select
    md5_key(currency || '|0001-01-01') as exchange_rate_key,
    currency,
    currency as reporting_currency,
    date '0001-01-01' as valid_from,
    date '9999-12-31' as valid_to,
    cast(1 as decimal(18, 10)) as exchange_rate
from reporting
union all
select
    md5_key(t.currency || '|' || cast(t.month_on as varchar)),
    t.currency,
    r.currency,
    t.month_on,
    cast(t.month_on + interval '1' month as date),
    t.exchange_rate
from told as t
cross join reporting as r
where t.place = 1
