"""Building one model: all of it or nothing of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.sql_models import (
    Header,
    ModelError,
    SqlModel,
    Window,
    build,
    build_model,
    drop_unknown,
)
from pipelines.sql_models.build import WHOLE_TIME, stretches
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


@given(
    st.sets(st.dates(date(1970, 1, 1), date(2030, 12, 31)), max_size=60),
    st.tuples(*[st.dates(date(1969, 1, 1), date(2031, 12, 31))] * 2),
    st.none() | st.integers(1, 50),
)
def test_stretches_cover_each_day_once(known, ends, n_days):
    asked = Window(*sorted(ends))
    for window in (asked, WHOLE_TIME):
        parts = stretches(window, known, n_days)
        assert parts[0].from_date == window.from_date
        assert parts[-1].to_date == window.to_date
        for earlier, later in pairwise(parts):
            assert later.from_date - earlier.to_date == timedelta(days=1)
        held = [sum(part.from_date <= d <= part.to_date for d in known) for part in parts]
        assert all(n == n_days for n in held[:-1])
        assert len(parts) == 1 or 0 < held[-1] <= (n_days or 0)


def test_built_in_stretches_it_is_the_same(con):
    """Of all days, also those before and after what is known, and of some days."""
    put(con, "2025-01-01", "2027-01-01")
    plain = daily()
    cut = replace(plain, header=plain.header.model_copy(update={"stretch": 1}))
    known = [date(2025, 1, 1), *(date(2026, 1, day) for day in (1, 2, 3)), date(2027, 1, 1)]
    assert build_model(con, plain, glossary=WORDS).written == 5
    whole = rows(con)
    built = build_model(con, cut, glossary=WORDS, days=known)
    assert (built.written, built.rows, built.is_full) == (5, 5, True)
    assert rows(con) == whole
    assert con.execute("select from_date, to_date from ops.build_window").fetchall() == [
        (WHOLE_TIME.from_date, WHOLE_TIME.to_date)
    ]
    put(con, "2026-01-01", "2026-01-02", "2026-01-03", "2025-01-01")
    assert build_model(con, cut, days(2, 3), glossary=WORDS, days=known).written == 2
    assert [n for _, n in rows(con)] == [1, 1, 2, 2, 1]


def test_a_stretch_that_memory_does_not_hold_is_halved(con, monkeypatch):
    """Lists of a million numbers for eight days take 64 MB at once."""
    put(con, *(f"2026-01-{day:02}" for day in range(4, 9)))
    sql = DAILY.replace("count(*)", "len(list(m.range))").replace(
        "group by", "cross join range(1000000) as m group by"
    )
    plain = daily(sql)
    cut = replace(plain, header=plain.header.model_copy(update={"stretch": 100}))
    known = [date(2026, 1, day) for day in range(1, 9)]
    tried = []
    monkeypatch.setattr(build, "stretches", lambda *args: tried.append(args[2]) or stretches(*args))
    con.execute("set threads = 1; set max_temp_directory_size = '0MB'; set memory_limit = '60MB'")
    with pytest.raises(duckdb.OutOfMemoryException):
        build_model(con, plain, glossary=WORDS, days=known)
    tried.clear()
    assert build_model(con, cut, glossary=WORDS, days=known).is_full
    assert tried == [100, 4]
    assert rows(con) == [(day.isoformat(), 1_000_000) for day in known]
    con.execute("set memory_limit = '5MB'")
    tried.clear()
    with pytest.raises(duckdb.OutOfMemoryException):
        build_model(con, cut, glossary=WORDS, days=known)
    assert tried == [100, 4, 2, 1]
    assert rows(con) == [(day.isoformat(), 1_000_000) for day in known]


def test_an_error_in_a_later_stretch_leaves_what_was(con):
    build_model(con, daily(), glossary=WORDS)
    before = rows(con)
    fails = "sum(case when day(v.local_date) = 3 then error('no') else 1 end)"
    broken = daily(DAILY.replace("count(*)", fails))
    cut = replace(broken, header=broken.header.model_copy(update={"stretch": 1}))
    with pytest.raises(duckdb.Error, match="no"):
        build_model(con, cut, glossary=WORDS, days=[date(2026, 1, day) for day in (1, 2, 3)])
    assert rows(con) == before


@pytest.mark.parametrize("header", ["materialization: table", "period: week"])
def test_only_daily_models_by_day_have_stretches(header):
    base = {"materialization": "daily", "period": "day", "description": "d", "owner": "o",
            "grain": ["a"], "stretch": 7}  # fmt: skip
    key, _, value = header.partition(": ")
    Header.model_validate(base)
    with pytest.raises(ValidationError, match="stretch is for daily models"):
        Header.model_validate(base | {key: value})
