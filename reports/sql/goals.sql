-- The centre's own goals on a day, as the marts apply them; an empty one says that there is none.
select metric_id, scope_kind, scope_id, goal
from core.dim_goal
where valid_from <= $day and $day < valid_to
order by metric_id, scope_kind, scope_id
