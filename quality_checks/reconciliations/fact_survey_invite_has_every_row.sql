/*---
relation: core.fact_survey_invite
severity: critical
description: >-
  Each day on which they were sent has as many invitations as staging, whichever day they
  count for: none lost or doubled by a join.
---*/
with expected as (
    select source, local_date, is_delivered is not null as is_told, count(*) as n_expected
    from staging.survey_invite
    where local_date between $from_date and $to_date
    group by source, local_date, is_delivered is not null
),

found as (
    select source, own_local_date as local_date, is_delivered is not null as is_told, count(*) as n_found
    from core.fact_survey_invite
    where own_local_date between $from_date and $to_date
    group by source, own_local_date, is_delivered is not null
)

select
    source,
    local_date,
    is_told,
    coalesce(expected.n_expected, 0) as n_expected,
    coalesce(found.n_found, 0) as n_found
from expected
full join found using (source, local_date, is_told)
where coalesce(expected.n_expected, 0) <> coalesce(found.n_found, 0)
