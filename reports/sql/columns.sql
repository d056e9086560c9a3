-- Columns of the tables of a schema, in order.
select table_name, column_name
from information_schema.columns
where table_schema = $schema
order by table_name, ordinal_position
