/*---
description: One local day of one source and how many contacts or visits it has, beside what that weekday usually has. Days without any have a row too; the last day of a source may still be under way and has none.
owner: team:analytics
grain: [source, fact, local_date]
materialization: view
columns:
  fact: 'What is counted: contact or queue_visit.'
  local_date: Local day where it took place.
  n_rows: Contacts or visits of the day.
  usual_rows: Median of the same weekday in the 13 weeks before; empty with fewer than four of them.
  is_usual: 'Within five robust deviations of it, of at least what chance does (Poisson), a twentieth and one; empty with fewer than four weeks.'
---*/
with counted as (
    select source, 'contact' as fact, local_date, count(*) as n_rows
    from core.fact_contact
    where local_date is not null
    group by source, local_date
    union all
    select source, 'queue_visit' as fact, local_date, count(*) as n_rows
    from core.fact_queue_visit
    where local_date is not null
    group by source, local_date
),

ends as (
    select source, fact, min(local_date) as first_date, max(local_date) as last_date
    from counted
    group by source, fact
),

volume as (
    select e.source, e.fact, d.local_date, d.iso_day_of_week, coalesce(c.n_rows, 0) as n_rows
    from ends as e
    inner join core.dim_date as d
        on d.local_date >= e.first_date and d.local_date < e.last_date
    left join counted as c
        on c.source = e.source and c.fact = e.fact and c.local_date = d.local_date
),

earlier as (
    select today.source, today.fact, today.local_date, before.n_rows as n_before
    from volume as today
    inner join volume as before
        on before.source = today.source
        and before.fact = today.fact
        and before.iso_day_of_week = today.iso_day_of_week
        and before.local_date < today.local_date
        and before.local_date >= today.local_date - interval '91' day
),

usual as (
    select source, fact, local_date, percentile(n_before, 0.5) as usual_rows
    from earlier
    group by source, fact, local_date
    having count(*) >= 4
),

apart as (
    select
        e.source,
        e.fact,
        e.local_date,
        u.usual_rows,
        -- At least what chance does, and more: a weekday that is always alike cries at nothing.
        greatest(
            1.4826 * percentile(abs(e.n_before - u.usual_rows), 0.5),
            sqrt(u.usual_rows),
            0.05 * u.usual_rows,
            1
        ) as deviation
    from earlier as e
    inner join usual as u
        on u.source = e.source and u.fact = e.fact and u.local_date = e.local_date
    group by e.source, e.fact, e.local_date, u.usual_rows
)

select
    v.source,
    v.fact,
    v.local_date,
    v.n_rows,
    a.usual_rows,
    abs(v.n_rows - a.usual_rows) <= 5 * a.deviation as is_usual
from volume as v
left join apart as a
    on a.source = v.source and a.fact = v.fact and a.local_date = v.local_date
