-- The centre, the zone in which its report gives instants, and the currency of its amounts.
select centre_name, reporting_zone, reporting_currency
from ops.centre
