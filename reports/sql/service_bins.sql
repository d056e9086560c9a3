-- Calls and answers of a day by bins of $bin_s seconds (UTC) and queue.
with visits as (
    select
        queue_id,
        epoch_ms(epoch_ms(entered_at) - epoch_ms(entered_at) % ($bin_s * 1000)) as bin_at,
        is_answered, is_within_threshold, is_short_abandon, outcome
    from core.fact_queue_visit
    where local_date = $day and not is_consult
)
select
    bin_at, queue_id,
    count(*) as n_offered,
    count(*) filter (where is_answered and is_within_threshold) as n_in_time,
    count(*) filter (
        where is_answered or (outcome = 'abandoned' and not is_short_abandon)
    ) as n_counted,
    count(*) filter (
        where outcome in ('abandoned', 'timeout', 'empty', 'withdrawn') and not is_short_abandon
    ) as n_lost
from visits
group by bin_at, queue_id
order by bin_at, queue_id
