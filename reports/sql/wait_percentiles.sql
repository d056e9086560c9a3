-- Waits of answered calls on live channels: the middle, the slowest tenth, the slowest twentieth,
-- the longest.
select
    count(*) as n,
    quantile_cont(wait_ms, 0.5) / 1000 as p50,
    quantile_cont(wait_ms, 0.9) / 1000 as p90,
    quantile_cont(wait_ms, 0.95) / 1000 as p95,
    max(wait_ms) / 1000 as longest
from core.fact_queue_visit
where entered_at >= $from_at and entered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
    and not is_consult and is_live_channel
    and is_answered
