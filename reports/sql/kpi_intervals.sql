-- Metrics by quarter hour, for the small lines in cards.
select local_date, interval_start, metric_id, scope_kind, scope_id, value
from marts.v_kpi_interval
where local_date between $from_date and $to_date
    and scope_kind = 'all'
    and list_contains($metrics, metric_id)
qualify metric_version = max(metric_version) over (partition by metric_id)
order by local_date, metric_id, scope_kind, scope_id, interval_start
