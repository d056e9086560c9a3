"""The days that a connection rebuilds."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.storage.build_window import narrowed
from pipelines.storage.ops import comment_ops, create_ops

ASKED = "from ops.build_window"
MARCH = (date(2026, 3, 1), date(2026, 3, 20))
ALL_TIME = (date(1, 1, 1), date(9999, 12, 31)) * 4


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_ops(con)
        yield con


def test_it_is_all_time_before_and_after_and_reaches_further_than_its_days(con):
    assert con.execute(ASKED).fetchall() == [ALL_TIME]
    with narrowed(con, *MARCH):
        assert con.execute(ASKED).fetchall() == [
            (
                *MARCH,
                date(2026, 2, 27), date(2026, 3, 22),
                date(2026, 2, 22), date(2026, 3, 27),
                date(2025, 1, 25), date(2027, 4, 24),
            )
        ]  # fmt: skip
    assert con.execute(ASKED).fetchall() == [ALL_TIME]


def test_an_error_leaves_all_time(con):
    with pytest.raises(ZeroDivisionError), narrowed(con, *MARCH):
        _ = 1 / 0
    assert con.execute(ASKED).fetchall() == [ALL_TIME]


def test_the_ends_of_time_are_reached_and_not_passed(con):
    first, last = date(1, 1, 2), date(9999, 12, 30)
    with narrowed(con, first, last):
        assert con.execute(ASKED).fetchall() == [(first, last) * 4]


def test_each_connection_has_its_own(con):
    april = (date(2026, 4, 1), date(2026, 4, 2))
    with con.cursor() as other, narrowed(con, *MARCH), narrowed(other, *april):
        asked = "select from_date, to_date from ops.build_window"
        assert con.execute(asked).fetchall() == [MARCH]
        assert other.execute(asked).fetchall() == [april]


@pytest.mark.parametrize("kind", ["table", "view"])
def test_that_of_an_older_warehouse_becomes_this_one(con, kind):
    con.execute("drop view ops.build_window")
    con.execute(
        f"create {kind} ops.build_window as "
        "select date '2026-03-01' as from_date, date '2026-03-02' as to_date"
    )
    for _ in range(2):
        create_ops(con)
        comment_ops(con)
        assert con.execute(ASKED).fetchall() == [ALL_TIME]
    kept = "select comment is not null from duckdb_views() where view_name = 'build_window'"
    assert con.execute(kept).fetchall() == [(True,)]
