/*---
description: What a site spent in one month, by what was paid for, in the reporting currency; with the centre's costs shared by handle time. A kind is empty where nothing is on record, or when any amount of it is not known.
owner: team:analytics
grain: [site, local_date]
materialization: view
columns:
  site: Site of the contacts, else of the agent, else of the cost; empty when not known.
  local_date: First day of the month.
  labour_cost: What was paid for labour.
  telecom_cost: What was paid for telecommunication.
  vendor_cost: What was paid to vendors.
  overhead_cost: What was paid for all else.
  total_cost: All of it; empty when any amount is not known.
---*/
select
    site,
    local_date,
    case
        when count(*) filter (where kind = 'labour' and reporting_amount is null) = 0
            then sum(reporting_amount) filter (where kind = 'labour')
    end as labour_cost,
    case
        when count(*) filter (where kind = 'telecom' and reporting_amount is null) = 0
            then sum(reporting_amount) filter (where kind = 'telecom')
    end as telecom_cost,
    case
        when count(*) filter (where kind = 'vendor' and reporting_amount is null) = 0
            then sum(reporting_amount) filter (where kind = 'vendor')
    end as vendor_cost,
    case
        when count(*) filter (where kind = 'overhead' and reporting_amount is null) = 0
            then sum(reporting_amount) filter (where kind = 'overhead')
    end as overhead_cost,
    case when count(*) = count(reporting_amount) then sum(reporting_amount) end as total_cost
from core.fact_cost_share
group by site, local_date
