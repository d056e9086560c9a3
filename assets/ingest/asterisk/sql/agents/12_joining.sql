-- What the lines of one instant say about one membership. Two opposite lines of one instant have
-- no order and change nothing: neither becomes a row.
select
    agent,
    queue,
    logged_at,
    bool_or(event = 'ADDMEMBER') as is_join,
    bool_or(event = 'REMOVEMEMBER') as is_leave
from agent_line
where event in ('ADDMEMBER', 'REMOVEMEMBER') and queue is not null and is_in_window
group by agent, queue, logged_at
