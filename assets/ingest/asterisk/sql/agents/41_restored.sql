-- A pause line for all queues and an opposite one that names a queue, at one instant: that queue
-- stays as it was, which a replay of the first alone would miss.
with
crossed as (
    select p.agent, p.queue, p.stay_no, p.logged_at
    from pause_step as p
    inner join general_step as g on g.agent = p.agent and g.logged_at = p.logged_at and g.sub = 2
    where p.is_pause and p.is_unpause and p.is_for_all
),
before as (
    select distinct on (agent, queue, stay_no, logged_at) * from pause_state
    order by agent, queue, stay_no, logged_at, sub desc
)
select
    c.agent,
    c.queue,
    c.logged_at,
    if(coalesce(b.is_pause, false), 'pause', 'unpause') as event,
    b.reason
from crossed as c
asof left join before as b
    on b.agent = c.agent and b.queue = c.queue and b.stay_no = c.stay_no and b.logged_at < c.logged_at
