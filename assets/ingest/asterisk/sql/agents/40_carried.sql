-- The standing of everybody at each local midnight, from which the day can be replayed alone.
with
midnight as (
    select start_at as logged_at from opt_day where day_no > 0
),
membership as (
    select s.agent, s.queue, s.stay_no, m.logged_at, not coalesce(s.explicit_at < m.logged_at, false) as is_inferred
    from stay as s
    inner join midnight as m
        on s.start_at < m.logged_at
            and coalesce(s.end_at, timestamp '9999-01-01') >= m.logged_at
    where s.end_at is null or s.end_at > m.logged_at or s.end_step <> 'expire'
),
pause as (
    select c.agent, c.queue, c.logged_at, p.reason
    from membership as c
    asof inner join (
        -- One row an instant: the line of the day after the standing it met.
        select distinct on (agent, queue, stay_no, logged_at) *
        from pause_state
        order by agent, queue, stay_no, logged_at, sub desc
    ) as p
        on p.agent = c.agent and p.queue = c.queue and p.stay_no = c.stay_no and p.logged_at < c.logged_at
    where p.is_pause
),
general as (
    select
        *,
        lead(logged_at) over (partition by agent order by logged_at, sub) as next_at
    from general_step
),
general_pause as (
    select g.agent, m.logged_at, g.reason
    from general as g
    inner join midnight as m
        on g.logged_at < m.logged_at and coalesce(g.next_at, timestamp '9999-01-01') >= m.logged_at
    where g.is_pause
),
login as (
    -- Also a log-out: who is out stays out until he logs in, whatever he joins before.
    select l.agent, m.logged_at, l.is_login, l.is_inferred
    from login_step as l
    inner join midnight as m
        on l.logged_at < m.logged_at and coalesce(l.next_at, timestamp '9999-01-01') >= m.logged_at
)
select
    agent, null::varchar as queue, logged_at, if(is_login, 'login', 'logout') as event,
    null::varchar as reason, is_inferred, 1 as rank_class
from login
union all
-- Before the joins: it bears on no queue again.
select agent, null, logged_at, 'pause', reason, false, 2 from general_pause
union all
select agent, queue, logged_at, 'join', null, is_inferred, 3 from membership
union all
select agent, queue, logged_at, 'pause', reason, false, 4 from pause
union all
-- What the window began with.
select
    agent, queue, event_at, event, reason, is_inferred,
    case
        when event in ('login', 'logout') then 1
        when queue is null then 2
        when event = 'join' then 3
        else 4
    end
from work_standing
