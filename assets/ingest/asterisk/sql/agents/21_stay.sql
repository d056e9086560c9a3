-- Stretches of membership: from a step that begins one to the next that ends it.
with
numbered as (
    select
        *,
        sum(if(is_member and not was_member, 1, 0)) over (
            partition by agent, queue order by logged_at, sub, step desc
            rows between unbounded preceding and current row
        ) as stay_no
    from membership_step
    where is_member or was_member
)
select
    agent,
    queue,
    stay_no,
    min(logged_at) as start_at,
    max(logged_at) filter (where not is_member) as end_at,
    max(step) filter (where not is_member) as end_step,
    min(logged_at) filter (where step = 'join') as explicit_at
from numbered
where stay_no > 0
group by agent, queue, stay_no
