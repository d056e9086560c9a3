-- The local days that have anything to tell about the whole centre.
select local_date, max(zone) as zone
from marts.kpi_day
where scope_kind = 'all' and (numerator <> 0 or denominator <> 0)
group by local_date
order by local_date
