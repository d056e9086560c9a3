-- Share of paid time that is lost, of the whole centre.
select cast(sum(numerator) / nullif(sum(denominator), 0) as double) as shrinkage
from marts.kpi_day
where metric_id = 'shrinkage' and scope_kind = 'all' and local_date >= $from_date
