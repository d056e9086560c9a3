-- What there is that pages can be made of, and whether it is a table or a view.
select
    table_schema as schema,
    table_name as name,
    table_type = 'BASE TABLE' as is_table
from information_schema.tables
where table_schema in ('core', 'marts')
order by table_schema, table_name
