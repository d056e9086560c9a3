"""The account that travels inside a warehouse."""

import duckdb

from pipelines.storage.ops import create_ops, table_columns


def test_a_column_younger_than_the_warehouse_is_added_and_rows_stay():
    with duckdb.connect() as con:
        create_ops(con)
        con.execute("alter table ops.centre drop column reporting_currency")
        con.execute("insert into ops.centre values ('Acme', 'Europe/Berlin')")
        create_ops(con)
        columns = [name for name, *_ in con.execute("describe ops.centre").fetchall()]
        assert columns == list(table_columns("centre"))
        assert con.execute("from ops.centre").fetchall() == [("Acme", "Europe/Berlin", None)]
