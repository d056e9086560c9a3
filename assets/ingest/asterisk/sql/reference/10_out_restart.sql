-- Every start of the switch so far.
select restart_at from work_restart
union
select line_at from raw_queue_log where event = 'QUEUESTART'
