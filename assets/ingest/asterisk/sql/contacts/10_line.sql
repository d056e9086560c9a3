-- Every line of the queue log, with its class, the agent under his one name and the parameters
-- apart. `at` is the instant as logged: order inside it is never that of the file.
select
    q.contact_id,
    q.line_at as logged_at,
    q.line_id,
    q.file_id,
    q.line_no,
    q.queue as raw_queue,
    o.queue_prefix || q.queue as queue,
    coalesce(a.agent, q.agent) as agent,
    q.event,
    coalesce(e.class, 'custom') as class,
    e.event_order,
    q.params,
    string_split(q.params, '|') as p,
    q.caller
from raw_queue_log as q
cross join opt as o
left join opt_event as e on e.event = q.event
left join work_alias as a on a.alias = q.agent
where q.contact_id is not null
