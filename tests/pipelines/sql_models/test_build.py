"""Building one model: all of it or nothing of it."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.sql_models import ModelError, SqlModel, Window, build_model, drop_unknown
from pipelines.sql_models.empty import empty_inputs
from tests.pipelines.sql_models.texts import model, versioned

DAILY = """
select v.local_date, v.queue as a, count(*) as n
from staging.queue_visit as v
inner join ops.build_window as w on v.local_date between w.from_date and w.to_date
group by v.local_date, v.queue
"""
WORDS = {"a": "The queue's name.", "n": "How many.", "local_date": "Day."}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_inputs() as con:
        put(con, "2026-01-01", "2026-01-02", "2026-01-03")
        yield con


def put(con: duckdb.DuckDBPyConnection, *days: str) -> None:
    for day in days:
        con.execute(
            "insert into staging.queue_visit by name select 'q' as queue, ?::date as local_date",
            [day],
        )


def daily(sql: str = DAILY) -> SqlModel:
    return versioned(model("marts.x", sql, kind="daily", grain="local_date, a"))[0]


def rows(con: duckdb.DuckDBPyConnection, relation: str = "marts.x") -> list[tuple[str, int]]:
    sql = f"select cast(local_date as varchar), n from {relation} order by 1"
    return con.execute(sql).fetchall()


def days(first: int, last: int) -> Window:
    return Window(date(2026, 1, first), date(2026, 1, last))


def test_tables_and_views_carry_their_words(con):
    sql = "select queue as a, count(*) as n from staging.queue_visit group by queue"
    table = model("core.t", sql, columns="{n: 'Here: visits.'}")
    view = model("marts.v", "select a, n from core.t", kind="view")
    built = [build_model(con, m, glossary=WORDS) for m in versioned(table, view)]
    assert [(b.relation, b.rows, b.written) for b in built] == [
        ("core.t", 1, 1),
        ("marts.v", None, 0),
    ]
    comments = con.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where schema_name in ('core', 'marts') order by all"
    ).fetchall()
    assert comments == [
        ("t", "a", "The queue's name."),
        ("t", "n", "Here: visits."),
        ("v", "a", "The queue's name."),
        ("v", "n", "How many."),
    ]
    assert con.execute("select comment from duckdb_views() where view_name = 'v'").fetchone() == (
        "It's a test.",
    )


def test_a_window_replaces_its_days_and_no_others(con):
    one = daily()
    assert build_model(con, one, days(2, 2), glossary=WORDS).is_full
    put(con, "2026-01-01", "2026-01-02", "2026-01-04")
    built = build_model(con, one, days(2, 4), glossary=WORDS)
    assert (built.is_full, built.written, built.rows) == (False, 3, 4)
    assert rows(con) == [("2026-01-01", 1), ("2026-01-02", 2), ("2026-01-03", 1), ("2026-01-04", 1)]
    assert con.execute("select from_date, to_date from ops.build_window").fetchall() == [
        (date(1, 1, 1), date(9999, 12, 31))
    ]


def test_days_that_became_empty_vanish(con):
    one = daily()
    build_model(con, one, glossary=WORDS)
    con.execute("delete from staging.queue_visit where local_date = date '2026-01-02'")
    build_model(con, one, days(2, 2), glossary=WORDS)
    assert rows(con) == [("2026-01-01", 1), ("2026-01-03", 1)]


def test_changed_code_is_built_in_full_whatever_the_window(con):
    build_model(con, daily(), glossary=WORDS)
    changed = daily(DAILY.replace("count(*)", "count(*) * 10"))
    assert build_model(con, changed, days(2, 2), glossary=WORDS).is_full
    assert rows(con) == [("2026-01-01", 10), ("2026-01-02", 10), ("2026-01-03", 10)]
    state = con.execute("select relation, code_version, n_rows from ops.model_state").fetchall()
    assert state == [("marts.x", changed.code_version, 3)]


def test_windowed_and_full_builds_are_equal(con):
    one = daily()
    build_model(con, one, glossary=WORDS)
    put(con, "2026-01-02", "2026-01-05")
    for window in (days(2, 2), days(5, 5)):
        build_model(con, one, window, glossary=WORDS)
    narrow = rows(con)
    con.execute("delete from ops.model_state")
    assert build_model(con, one, glossary=WORDS).is_full
    assert rows(con) == narrow


@pytest.mark.parametrize("window", [None, days(2, 2)])
def test_an_error_leaves_everything_as_it_was(con, window):
    one = daily()
    build_model(con, one, glossary=WORDS)
    before = (rows(con), con.execute("select * from ops.model_state").fetchall())
    put(con, "2026-01-02")
    con.execute("update staging.queue_visit set wait_ms = 9223372036854775807")
    failing = DAILY.replace("count(*)", "max(wait_ms) + count(*)")
    broken = SqlModel("marts", "x", one.header, failing, code_version=one.code_version)
    with pytest.raises(duckdb.Error):
        build_model(con, broken, window, glossary=WORDS)
    assert (rows(con), con.execute("select * from ops.model_state").fetchall()) == before
    assert con.execute("select from_date from ops.build_window").fetchall() == [(date(1, 1, 1),)]
    assert build_model(con, one, days(2, 2), glossary=WORDS).written == 1


def test_an_undescribed_column_fails_the_build(con):
    with pytest.raises(ModelError, match="no description for n"):
        build_model(con, daily(), glossary=WORDS | {"n": ""})
    assert con.execute(
        "select count(*) from duckdb_tables() where schema_name = 'marts'"
    ).fetchone() == (0,)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"columns": "{b: Other}"}, "names b"),
        ({"grain": "a, c"}, "names c"),
        ({"kind": "daily"}, "needs the column local_date"),
    ],
)
def test_a_header_that_does_not_fit_the_select_fails_the_build(con, header, words):
    one = model("core.x", "select queue as a from staging.queue_visit", **header)
    with pytest.raises(ModelError, match=words):
        build_model(con, one, glossary=WORDS)


def test_a_table_may_become_a_view_and_back(con):
    table = model("core.x", "select queue as a from staging.queue_visit")
    view = model("core.x", "select queue as a from staging.queue_visit", kind="view")
    for one in (table, view, table):
        build_model(con, versioned(one)[0], glossary=WORDS)
    assert con.execute("select count(*) from core.x").fetchone() == (3,)


def test_large_tables_are_whole_after_an_empty_build(con):
    """DuckDB 2.0.0 lost such rows when the table was made by an empty `create table as`."""
    one = versioned(model("core.x", "select queue as a from staging.queue_visit"))[0]
    con.execute("delete from staging.queue_visit")
    build_model(con, one, glossary=WORDS)
    con.execute("insert into staging.queue_visit by name select 'q' as queue from range(150000)")
    build_model(con, one, glossary=WORDS)
    assert con.execute("select a, count(*) from core.x group by a").fetchall() == [("q", 150_000)]


def test_relations_nobody_makes_any_more_are_dropped(con):
    table = model("core.t", "select queue as a from staging.queue_visit")
    view = model("marts.v", "select a from core.t", kind="view")
    table, view = versioned(table, view)
    for one in (table, view):
        build_model(con, one, glossary=WORDS)
    assert drop_unknown(con, [table]) == ["marts.v"]
    assert drop_unknown(con, [table]) == []
    assert con.execute("select relation from ops.model_state").fetchall() == [("core.t",)]
