-- Steps of each membership in order. Each sets it, whatever it was before, so that the state
-- after a step is known from the step alone; `sub` orders steps of one instant.
with
logged as (
    select agent, queue, event_at as logged_at, 0 as sub, if(is_inferred, 'infer', 'join') as step
    from work_standing
    where event = 'join' and queue is not null
    union all
    select agent, queue, logged_at, 2, if(is_join, 'join', 'leave')
    from joining
    where is_join <> is_leave
    union all
    select agent, queue, logged_at, 3, 'infer' from evidence
),
spanned as (
    select
        *,
        -- A restart at the instant of a standing membership comes after it, else before the step.
        if(sub = 0, logged_at - interval 1 microsecond, logged_at) as since_at,
        lead(logged_at) over (partition by agent, queue order by logged_at, sub) as next_at
    from logged
),
restarted as (
    -- Only the first restart after a step finds anything to end.
    select s.agent, s.queue, r.logged_at
    from spanned as s
    asof inner join restart as r on s.since_at < r.logged_at
    where s.step <> 'leave' and (s.next_at is null or r.logged_at <= s.next_at)
),
active as (
    -- Days on which an agent has a line of his own; a standing membership shows that he had one
    -- on the day before.
    select distinct l.agent, d.day_no
    from (select distinct agent, logged_at from agent_line where is_in_window and is_own) as l
    asof inner join opt_day as d on d.start_at <= l.logged_at
    union
    select agent, -1 from logged where sub = 0
),
silent as (
    -- The midnight after the first whole day without one.
    select a.agent, d.start_at as logged_at
    from active as a
    inner join opt_day as d on d.day_no = a.day_no + 2
    anti join active as b on b.agent = a.agent and b.day_no = a.day_no + 1
),
steps as (
    select agent, queue, logged_at, sub, step from logged
    union all
    select distinct agent, queue, logged_at, 1, 'restart' from restarted
    union all
    select p.agent, p.queue, s.logged_at, 0, 'expire'
    from (select distinct agent, queue from logged) as p
    inner join silent as s on s.agent = p.agent
),
grouped as (
    select
        *,
        -- A sum, not a filtered count: DuckDB counts such a window anew for each row.
        sum(if(step in ('leave', 'restart'), 1, 0)) over (
            partition by agent, queue order by logged_at, sub, step desc
            rows between unbounded preceding and current row
        ) as since
    from steps
),
known as (
    select
        * exclude (since),
        coalesce(
            bool_or(step = 'join') over (
                partition by agent, queue, since order by logged_at, sub, step desc
                rows between unbounded preceding and current row
            ), false
        ) as is_explicit
    from grouped
)
select
    *,
    step in ('join', 'infer') as is_member,
    coalesce(
        lag(step in ('join', 'infer')) over (
            partition by agent, queue order by logged_at, sub, step desc
        ), false
    ) as was_member
from known
-- What was joined explicitly does not end in silence.
where not (step = 'expire' and is_explicit)
