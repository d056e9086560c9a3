-- The columns of a relation, and no row.
select * from {schema}.{name} limit 0
