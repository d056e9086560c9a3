-- The pause of a stay after each step that changes it. Told to pause and to go on at one instant, he
-- stays as he was: who was paused went on and paused anew, for the reason that he gives now.
with
met as (
    select
        *,
        last_value(if(is_pause <> is_unpause, is_pause, null) ignore nulls) over (
            partition by agent, queue, stay_no order by logged_at, sub
            rows between unbounded preceding and current row
        ) as was_pause
    from pause_step
)
select agent, queue, stay_no, logged_at, sub, is_pause, reason
from met
where is_pause <> is_unpause or was_pause
