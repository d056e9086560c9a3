-- Queues that the log names.
select queue from work_queue_seen
union
select o.queue_prefix || q.queue
from raw_queue_log as q
inner join opt_event as e on e.event = q.event
cross join opt as o
where q.queue is not null
    and (e.class not in ('other', 'restart', 'agent') or q.event = 'DID')
union
select o.queue_prefix || q.queue
from raw_queue_log as q
cross join opt as o
where q.queue is not null and q.event in ('ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE')
