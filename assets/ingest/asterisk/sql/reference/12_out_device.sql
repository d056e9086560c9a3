-- Names and the extensions they were met with: log-ins of agents (1), callers on the centre's own
-- phones (2). Whether a name is an agent's may come out later: all are kept.
select name, extension, strength from work_device
union
select agent, regexp_extract(params, '^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$', 1), 1
from raw_queue_log
where event in ('AGENTLOGIN', 'AGENTCALLBACKLOGIN') and agent is not null
    and regexp_matches(params, '^[A-Za-z0-9]+/[0-9]{1,6}([^0-9]|$)')
union
select staff_name, regexp_extract(channel, '^[A-Za-z0-9]+/([0-9]{1,6})(?:[^0-9].*)?$', 1), 2
from (from raw_cdr union all from raw_cdr_custom)
where staff_name is not null
    and regexp_matches(channel, '^[A-Za-z0-9]+/[0-9]{1,6}([^0-9]|$)')
