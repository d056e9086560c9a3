-- The local days on which anybody called or was called.
select local_date, max(zone) as zone
from marts.kpi_day
where scope_kind = 'all' and metric_id in ('attempts', 'handled_contacts') and numerator > 0
group by local_date
order by local_date
