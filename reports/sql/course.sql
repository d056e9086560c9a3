-- The two parts of one metric by bins of $bin_s seconds (UTC) of a day, by the registry's own
-- expressions over its fact.
select
    epoch_ms(epoch_ms({instant}) - epoch_ms({instant}) % ($bin_s * 1000)) as bin_at,
    {numerator} as numerator,
    {denominator} as denominator
from core.{fact}
where local_date = $day
group by bin_at
order by bin_at
