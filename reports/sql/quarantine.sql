-- Refused lines by reason, with one masked example.
select
    source, path, reason, count(*) as n, min(line_no) as line_no,
    arg_min(masked, line_no) as masked
from ops.quarantine
group by source, path, reason
order by n desc, source, path, reason
limit 200
