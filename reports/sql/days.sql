-- The local days on which anybody called or was called; each contact's day is that of its own zone.
select distinct local_date
from marts.kpi_day
where scope_kind = 'all' and metric_id in ('attempts', 'handled_contacts') and numerator > 0
order by local_date
