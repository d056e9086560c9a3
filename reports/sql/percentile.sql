-- A percentile of a whole period, by the registry's own expression over its fact.
select {value} as value
from core.{fact}
where {instant} >= $from_at and {instant} < $to_at
    and local_date between $from_date::date - 1 and $to_date::date + 1
