"""What callmart must know of DuckDB itself; run on every version before it is moved to.

DuckDB 2.0.0 fails the first test, which is why the project forbids it.
"""

import duckdb
import pytest

N_ROWS = 200_000
EMPTY_BY = (
    "create table copy as select * from source limit 0",
    "create table copy as select * from source where false",
    "create or replace table copy as select * from source limit 0",
)


@pytest.mark.parametrize("create", EMPTY_BY)
def test_rows_inserted_in_one_transaction_are_seen(create: str) -> None:
    """An empty copy of a table and its rows in one transaction: 2.0.0 loses all but the count."""
    with duckdb.connect() as con:
        con.execute(
            "create table source as select i as id, chr((97 + i % 3)::int) as r "
            f"from range({N_ROWS}) as t(i)"
        )
        con.execute("begin")
        con.execute(create)
        con.execute("insert into copy select * from source")
        con.execute("commit")
        assert con.execute("select count(*) from copy").fetchone() == (N_ROWS,)
        groups = con.execute("select r, count(*) from copy group by r order by r").fetchall()
        assert groups == [("a", 66_667), ("b", 66_667), ("c", 66_666)]
        assert con.execute("select min(id), max(id) from copy").fetchone() == (0, N_ROWS - 1)
        found = con.execute("select count(*) from copy where r = 'a'").fetchone()
        assert found == (66_667,)
        joined = "select count(*) from copy join source using (id)"
        assert con.execute(joined).fetchone() == (N_ROWS,)


def test_explicit_columns_then_rows_is_right() -> None:
    """The form that callmart uses, right on every version."""
    with duckdb.connect() as con:
        con.execute("begin")
        con.execute("create table copy (id bigint)")
        con.execute(f"insert into copy select i from range({N_ROWS}) as t(i)")
        con.execute("commit")
        assert con.execute("select count(*), max(id) from copy where id >= 0").fetchone() == (
            N_ROWS,
            N_ROWS - 1,
        )


def test_commit_after_an_error_is_a_silent_rollback() -> None:
    """So nothing goes on after an error inside a transaction: it is rolled back and raised."""
    with duckdb.connect() as con:
        con.execute("create table t (i int)")
        con.execute("begin")
        con.execute("insert into t values (1)")
        with pytest.raises(duckdb.ConversionException):
            con.execute("insert into t values ('no number')")
        with pytest.raises(duckdb.TransactionException, match="ROLLBACK"):
            con.execute("insert into t values (2)")
        con.execute("commit")
        assert con.execute("select count(*) from t").fetchone() == (0,)


def test_rollback_after_an_error_leaves_a_usable_connection() -> None:
    with duckdb.connect() as con:
        con.execute("create table t (i int)")
        con.execute("begin")
        with pytest.raises(duckdb.ConversionException):
            con.execute("insert into t values ('no number')")
        con.execute("rollback")
        con.execute("insert into t values (2)")
        assert con.execute("from t").fetchall() == [(2,)]
