-- How far each metric is known, and from which day on it may still change.
select metric_id, metric_version, until_date, open_date
from marts.kpi_reach
order by metric_id, metric_version
