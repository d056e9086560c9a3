/*---
relation: marts.case_backlog_day
severity: critical
description: >-
  Open cases are those of the day before, and those opened and reopened, less those resolved,
  cancelled and grown older than 400 days.
---*/
with days as (
    select
        zone,
        local_date,
        sum(n_open) as n_open,
        sum(n_opened + n_reopened - n_resolved - n_cancelled) as n_more,
        count(*) = count(n_open) as is_complete
    from marts.case_backlog_day
    group by zone, local_date
),

outgrown as (
    select zone, local_date + 401 as local_date, count(*) as n_outgrown
    from core.fact_case_span
    where to_local_date is null or to_local_date >= local_date + 401
    group by zone, local_date
)

select
    d.zone,
    d.local_date,
    coalesce(b.n_open, 0) + d.n_more - coalesce(o.n_outgrown, 0) as n_expected,
    d.n_open as n_found
from days as d
left join days as b on b.zone = d.zone and b.local_date = d.local_date - 1
left join outgrown as o on o.zone = d.zone and o.local_date = d.local_date
where d.local_date between $from_date and $to_date
    and d.is_complete
    and coalesce(b.n_open, 0) + d.n_more - coalesce(o.n_outgrown, 0) <> d.n_open
