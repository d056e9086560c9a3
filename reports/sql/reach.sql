-- From when to when each metric is known, of which kinds of scopes, and from which day on it may
-- still change.
select
    metric_id, metric_version, from_date, until_date, centre_until_date, open_date, has_reason,
    has_language
from marts.kpi_reach
order by metric_id, metric_version
