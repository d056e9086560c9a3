-- What each site spent in a month, by what was paid for, in the centre's currency.
select
    local_date as first_day, site, labour_cost as labour, telecom_cost as telecom,
    vendor_cost as vendor, overhead_cost as overhead, total_cost as total,
    (select max(reporting_currency) from ops.centre) as currency
from marts.cost_month
where local_date between $from_date and $to_date
order by first_day, site
