-- Days that this publication built anew, and why.
select local_date, string_agg(distinct unit, ', ' order by unit) as unit,
    string_agg(distinct cause, '; ' order by cause) as cause
from ops.dirty_day
group by local_date
order by local_date desc
limit 60
