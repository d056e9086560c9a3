-- One sum over all rows of a table for each local day: it changes when a row does.
select local_date, sum(hash(t)) as rows_sum
from {schema}.{name} as t
where local_date is not null
group by local_date
