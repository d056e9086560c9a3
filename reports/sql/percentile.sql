-- A percentile of a whole period, by the registry's own expression over its fact.
select {value} as value
from core.{fact}
where local_date between $from_date and $to_date
