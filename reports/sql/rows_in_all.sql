-- One sum over all rows of a table: it changes when a row does.
select coalesce(sum(hash(t)), 0) as rows_sum
from {schema}.{name} as t
