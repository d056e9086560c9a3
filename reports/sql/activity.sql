-- First and last sign of life of a period, which sets how fine its charts are.
select
    min(entered_at) as first_at,
    max(least(coalesce(left_at, entered_at), $to_at - interval 1 second)) as last_at
from core.fact_queue_visit
where entered_at >= $from_at and entered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
    and not is_consult
