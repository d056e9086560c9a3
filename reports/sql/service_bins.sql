-- Calls and answers of a day by bins of $bin_s seconds (UTC) and queue. The four counts in braces
-- are the registry's own expressions, so that a chart never says another thing than its metric.
select
    epoch_ms(epoch_ms(entered_at) - epoch_ms(entered_at) % ($bin_s * 1000)) as bin_at,
    queue_id,
    {offered} as n_offered,
    {in_time} as n_in_time,
    {counted} as n_counted,
    {lost} as n_lost
from core.fact_queue_visit
where entered_at >= $from_at and entered_at < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
group by bin_at, queue_id
order by bin_at, queue_id
