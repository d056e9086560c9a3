-- What each instant says of the pause of one stay. A line that names the queue has the word on the
-- reason, if it gives one.
with
standing as (
    select w.agent, w.queue, s.stay_no, w.event_at as logged_at, w.reason
    from work_standing as w
    inner join stay as s
        on s.agent = w.agent and s.queue = w.queue and s.start_at = w.event_at and s.stay_no = 1
    where w.event = 'pause' and w.queue is not null
),
said as (
    select
        agent, queue, stay_no, logged_at,
        bool_or(is_pause) as is_pause,
        bool_or(not is_pause) as is_unpause,
        bool_or(is_for_all) as is_for_all,
        max(coalesce(reason, '')) filter (where is_pause and not is_for_all) as named_reason,
        max(coalesce(reason, '')) filter (where is_pause and is_for_all) as general_reason
    from pause_line
    group by agent, queue, stay_no, logged_at
)
select
    agent, queue, stay_no, logged_at, 1 as sub, is_pause, is_unpause, is_for_all,
    coalesce(nullif(named_reason, ''), nullif(general_reason, '')) as reason
from said
union all
select agent, queue, stay_no, logged_at, 0, true, false, false, reason from standing
