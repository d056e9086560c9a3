-- The tables that pages are made of, and whether each row belongs to a local day.
select
    table_schema as schema,
    table_name as name,
    bool_or(column_name = 'local_date') as is_dated
from information_schema.columns
inner join information_schema.tables using (table_catalog, table_schema, table_name)
where table_schema in ('core', 'marts') and table_type = 'BASE TABLE'
group by table_schema, table_name
order by table_schema, table_name
