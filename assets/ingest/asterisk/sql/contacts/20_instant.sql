-- One row per (contact, queue, instant): which visits are in play before it, and what it does.
--
-- A visit in play is waiting or talking. What an instant does to "in play" (yes, no, as before)
-- and to "talking" (the same) depends on its own lines alone, so the state before an instant is
-- what the latest earlier instant that says yes or no has left: a window, no recursion.
with
counted as (
    select
        contact_id,
        queue,
        logged_at,
        count(*) filter (where class = 'enter') as n_enter,
        count(*) filter (where class = 'talk_end') as n_talk_end,
        count(*) filter (where class in ('talk_end', 'wait_end')) as n_end,
        count(*) filter (where class = 'connect') as n_connect
    from line
    where class in ('enter', 'connect', 'talk_end', 'wait_end', 'offer')
    group by contact_id, queue, logged_at
),
numbered as (
    select
        *,
        row_number() over (partition by contact_id, queue order by logged_at) as k,
        case
            when n_end < n_enter then 1
            when n_end > n_enter then 0
        end as in_play_set,
        sum(n_enter) over (partition by contact_id, queue order by logged_at) - n_enter as n_entered_before
    from counted
),
playing as (
    -- The latest setting: the largest (place, value), packed into one number.
    select
        * exclude (in_play_set),
        coalesce(
            max(2 * k + in_play_set) over (
                partition by contact_id, queue order by logged_at
                rows between unbounded preceding and 1 preceding
            ) % 2, 0
        ) as n_carried
    from numbered
),
talking as (
    -- After an entry the newest visit talks iff a CONNECT is left for it: the visits that a
    -- talk-end ends here unconnected come first. The one that already talked needs none, which
    -- matters only where CONNECTs and talk-ends are equally many: then it stays as it was.
    select
        *,
        n_carried + n_enter as n_in_play,
        case
            when n_end >= n_carried + n_enter then 0
            when n_enter = 0 then case when n_connect > 0 then 1 end
            when n_connect > n_talk_end then 1
            when n_carried = 1 and n_talk_end > 0 and n_connect = n_talk_end then null
            else 0
        end as talking_set
    from playing
)
select
    contact_id,
    queue,
    logged_at,
    n_enter,
    n_end,
    n_in_play,
    n_entered_before::bigint as n_entered_before,
    n_carried::bigint as n_carried,
    n_carried = 1 and coalesce(
        max(2 * k + talking_set) over (
            partition by contact_id, queue order by logged_at
            rows between unbounded preceding and 1 preceding
        ) % 2, 0
    ) = 1 as is_talking
from talking
