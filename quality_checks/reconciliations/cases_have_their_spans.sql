/*---
relation: core.fact_case_span
severity: critical
description: >-
  Each case has one stretch, and one more for each reopening; each that ended in a resolution is
  a resolution.
---*/
with spans as (
    select
        case_key,
        count(*) as n_spans,
        count(*) filter (where end_kind = 'resolved') as n_resolved
    from core.fact_case_span
    where local_date between $from_date and $to_date
    group by case_key
),

resolutions as (
    select r.case_key, count(*) as n_resolutions
    from core.fact_case_resolution as r
    group by r.case_key
)

select
    coalesce(c.case_key, s.case_key) as case_key,
    c.local_date,
    c.n_reopened + 1 as n_expected,
    s.n_spans as n_found,
    s.n_resolved as n_resolved_expected,
    coalesce(r.n_resolutions, 0) as n_resolved_found
from (
    select case_key, local_date, n_reopened
    from core.fact_case
    where local_date between $from_date and $to_date
) as c
full join spans as s on s.case_key = c.case_key
left join resolutions as r on r.case_key = s.case_key
where c.n_reopened + 1 is distinct from s.n_spans
    or s.n_resolved is distinct from coalesce(r.n_resolutions, 0)
