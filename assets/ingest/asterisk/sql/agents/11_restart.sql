-- Restarts of the window: they end every membership, pause and log-in.
select r.restart_at as logged_at
from work_restart as r
cross join opt as o
where r.restart_at >= o.from_at and (o.until_at is null or r.restart_at < o.until_at)
