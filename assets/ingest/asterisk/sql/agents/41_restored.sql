-- What a line for all queues would do to a queue that an opposite line names at its instant, or
-- that was not paused with the others: that queue stays as it was, or is paused anew.
with
crossed as (
    select p.agent, p.queue, p.stay_no, p.logged_at
    from pause_step as p
    left join general_step as g on g.agent = p.agent and g.logged_at = p.logged_at and g.sub = 2
    left join pause_state as s
        on s.agent = p.agent and s.queue = p.queue and s.stay_no = p.stay_no
        and s.logged_at = p.logged_at and s.sub = p.sub
    where p.is_pause and p.is_unpause and p.is_for_all
        and (g.agent is not null or s.agent is not null)
),
after_it as (
    select distinct on (agent, queue, stay_no, logged_at) * from pause_state
    order by agent, queue, stay_no, logged_at, sub desc
)
select
    c.agent,
    c.queue,
    c.logged_at,
    if(coalesce(a.is_pause, false), 'pause', 'unpause') as event,
    a.reason
from crossed as c
asof left join after_it as a
    on a.agent = c.agent and a.queue = c.queue and a.stay_no = c.stay_no and a.logged_at <= c.logged_at
