-- Closed visits to live channels by length of wait (steps of $step_ms) and how they ended.
select
    least(wait_ms // $step_ms, $last_step) as step,
    case
        when is_answered and is_within_threshold then 'in_time'
        when is_answered then 'later'
        else 'lost'
    end as fate,
    count(*) as n
from core.fact_queue_visit
where entered_at >= $from_at and entered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
    and not is_consult and is_live_channel
    and wait_ms is not null
    and (is_answered or outcome in ('abandoned', 'timeout', 'empty', 'withdrawn'))
group by step, fate
order by step, fate
