"""The account that travels inside a warehouse."""

import duckdb

from pipelines.storage.ops import comment_ops, create_ops, table_columns


def test_a_column_younger_than_the_warehouse_is_added_and_rows_stay():
    with duckdb.connect() as con:
        create_ops(con)
        con.execute("alter table ops.centre drop column reporting_currency")
        con.execute("insert into ops.centre values ('Acme', 'Europe/Berlin')")
        create_ops(con)
        columns = [name for name, *_ in con.execute("describe ops.centre").fetchall()]
        assert columns == list(table_columns("centre"))
        assert con.execute("from ops.centre").fetchall() == [("Acme", "Europe/Berlin", None)]


def test_what_every_table_and_column_is_is_said_once():
    silent = """
        select table_name from duckdb_tables() where coalesce(comment, '') = ''
        union all
        select view_name from duckdb_views() where not internal and coalesce(comment, '') = ''
        union all
        select column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''
    """
    with duckdb.connect() as con:
        create_ops(con)
        assert len(con.execute(silent).fetchall()) > 100
        con.execute("comment on column ops.centre.centre_name is 'outdated'")
        comment_ops(con)
        assert con.execute(silent).fetchall() == []
        outdated = "select 1 from duckdb_columns() where comment = 'outdated'"
        assert con.execute(outdated).fetchall() == []
