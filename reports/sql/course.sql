-- The two parts of one metric by bins of $bin_s seconds (UTC) of a day, by the registry's own
-- expressions over its fact.
select
    epoch_ms(epoch_ms({instant}) - epoch_ms({instant}) % ($bin_s * 1000)) as bin_at,
    {numerator} as numerator,
    {denominator} as denominator
from core.{fact}
where {instant} >= $from_at and {instant} < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
group by bin_at
order by bin_at
