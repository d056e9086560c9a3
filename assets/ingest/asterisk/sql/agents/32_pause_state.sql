-- The pause of a stay after each step that changes it.
select agent, queue, stay_no, logged_at, sub, is_pause, reason
from pause_step
where is_pause <> is_unpause
