-- Failed checks that somebody accepted.
select relation, check_name, scope, reason, until_date, accepted_at
from ops.waiver
order by relation, check_name
