-- The centre, and the zone in which its report gives instants.
select centre_name, reporting_zone
from ops.centre
