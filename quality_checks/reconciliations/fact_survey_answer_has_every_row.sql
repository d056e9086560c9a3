/*---
relation: core.fact_survey_answer
severity: critical
description: >-
  Each day on which they were made has as many answers of each kind as staging, whichever day they
  count for: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, kind, count(*) as n_expected
    from staging.survey_answer
    where local_date between $from_date and $to_date
    group by source, local_date, kind
),

found as (
    select source, own_local_date as local_date, kind, count(*) as n_found
    from core.fact_survey_answer
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, kind
)

select
    source,
    local_date,
    kind,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, kind)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
