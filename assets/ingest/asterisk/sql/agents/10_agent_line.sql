-- Lines that name an agent, under his one name. Those before the window only tell who has just left.
select
    coalesce(a.agent, q.agent) as agent,
    o.queue_prefix || q.queue as queue,
    q.line_at as logged_at,
    q.event,
    e.class,
    nullif(q.params, '') as params,
    q.line_id,
    q.file_id,
    q.line_no,
    q.line_at >= o.from_at as is_in_window,
    -- Other events may hold anything in place of an agent.
    coalesce(e.class in ('connect', 'talk_end', 'offer', 'agent', 'wrap'), false)
        or q.event = 'ABANDON' as is_own
from raw_queue_log as q
cross join opt as o
left join opt_event as e on e.event = q.event
left join work_alias as a on a.alias = q.agent
where q.agent is not null
