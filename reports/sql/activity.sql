-- First and last sign of life of each day, which sets how fine its charts are.
with instants as (
    select local_date, entered_at as seen_at from core.fact_queue_visit where not is_consult
    union all
    select local_date, coalesce(left_at, entered_at) from core.fact_queue_visit
    where not is_consult
)
select local_date, min(seen_at) as first_at, max(seen_at) as last_at
from instants
where local_date between $from_date and $to_date
group by local_date
