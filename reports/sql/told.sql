-- Which metrics the whole centre has cases of, by day, week or month.
select distinct local_date, metric_id
from marts.kpi_{grain}
where scope_kind = 'all' and (n > 0 or value_stored is not null)
order by local_date, metric_id
