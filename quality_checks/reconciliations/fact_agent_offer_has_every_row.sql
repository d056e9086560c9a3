/*---
relation: core.fact_agent_offer
severity: critical
description: >-
  Each day has as many rings of each outcome as staging: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, outcome, count(*) as n_expected
    from staging.agent_offer
    where local_date between $from_date and $to_date
    group by source, local_date, outcome
),

found as (
    select source, local_date, outcome, count(*) as n_found
    from core.fact_agent_offer
    where local_date between $from_date and $to_date
    group by source, local_date, outcome
)

select
    source,
    local_date,
    outcome,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, outcome)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
