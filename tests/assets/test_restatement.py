"""Numbers that were final and are not: what is noted, and that the past can be told again."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from assets.restatement import Restated, restate
from assets.warehouse import refresh
from pipelines import progress
from pipelines.sql_models import Window, install_macros
from pipelines.storage.duck import connect
from pipelines.storage.ops import create_ops
from tests.harness import land, make_project

DAYS = [date(2026, 1, day) for day in (5, 6, 7)]
# Day, queue, offered, answered; the last day is not over.
TOLD = [(DAYS[0], "sales", 10, 8), (DAYS[1], "sales", 20, 15), (DAYS[2], "sales", 3, 3)]

# How many were offered, and the share that was answered: once per queue, once for all.
NUMBERS = """
    create or replace view marts.kpi_day as
    select metric_id, 1 as metric_version, scope_kind, scope_id, local_date,
        cast(numerator as decimal(18, 6)) as numerator,
        cast(denominator as decimal(18, 6)) as denominator,
        offered as n, cast(null as double) as value_stored,
        local_date >= date '2026-01-07' as is_provisional
    from (
        select 'offered' as metric_id, *, offered as numerator, null as denominator
        from marts.kpi_day_parts
        union all
        select 'answer_rate', *, answered, offered from marts.kpi_day_parts
    )
"""


def warehouse(path: Path, told: list[tuple[date, str, int, int]], code: str = "v1") -> None:
    with connect(path) as con:
        create_ops(con)
        install_macros(con)
        con.execute("create schema marts; create schema core")
        con.execute(
            "create table given (local_date date, queue varchar, offered int, answered int)"
        )
        con.executemany("insert into given values (?, ?, ?, ?)", told)
        con.execute(
            """
            create table marts.kpi_day_parts as
            select if(grouping(queue) = 1, 'all', 'queue') as scope_kind,
                coalesce(queue, 'all') as scope_id, local_date,
                sum(offered)::bigint as offered, sum(answered)::bigint as answered
            from given group by grouping sets ((local_date), (local_date, queue))
            """
        )
        con.execute("drop table given")
        con.execute(
            "create table core.dim_interval as select timestamp '2026-01-07 12:00' as "
            "interval_start, date '2026-01-07' as local_date"
        )
        con.execute(
            "insert into ops.feed_watermark values ('pbx', 'queue_log', ?, 26, true, true, false)",
            [datetime.fromisoformat("2026-01-07 12:03:00")],
        )
        con.execute("insert into ops.model_state values ('marts.kpi_day', ?, now(), 1)", [code])
        con.execute(NUMBERS)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    warehouse(tmp_path / "before.duckdb", TOLD)
    return tmp_path / "before.duckdb"


def compared(
    before: Path, told: list[tuple[date, str, int, int]], *, code: str = "v1", windows=None
) -> tuple[Restated, list[tuple], list[tuple]]:
    """What is noted when these numbers follow: in all, by cell, in short."""
    path = before.with_name("next.duckdb")
    warehouse(path, told, code)
    with connect(path) as con:
        con.execute("insert into ops.dirty_day values ('2026-01-05', 'contact', 'pbx: new lines')")
        found = restate(con, before, publication=2, windows=windows)
        cells = con.execute(
            """
            select metric_id, scope_id, local_date, old_numerator, new_numerator, old_denominator,
                new_denominator
            from ops.published_kpi order by all
            """
        ).fetchall()
        short = con.execute(
            """
            select metric_id, local_date, n_cells, old_numerator, new_numerator, cause
            from ops.restatement order by all
            """
        ).fetchall()
        assert told_again(con) == numbers(before)
    return found, cells, short


FINAL = "where local_date between date '2026-01-05' and date '2026-01-06'"
COLUMNS = "metric_id, metric_version, scope_kind, scope_id, local_date"


def numbers(path: Path, final: str = FINAL) -> list[tuple]:
    """The numbers of a file for the days that were told and final."""
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(
            f"select {COLUMNS}, numerator, denominator, n from marts.kpi_day {final} order by all"
        ).fetchall()


def told_again(con: duckdb.DuckDBPyConnection, final: str = FINAL) -> list[tuple]:
    """The same, as publication 1 told them, out of those of today: docs/running.md has this."""
    return con.execute(
        f"""
        with changed as (
            from ops.published_kpi where publication_id > 1
            qualify row_number() over (partition by {COLUMNS} order by publication_id) = 1
        )
        select {COLUMNS}, numerator, denominator, n
        from marts.kpi_day as k anti join changed as c using ({COLUMNS}) {final}
        union all
        select {COLUMNS}, old_numerator, old_denominator, old_n from changed
        where old_n is not null
        order by all
        """
    ).fetchall()


def test_equal_numbers_and_those_of_the_day_that_is_not_over_are_no_restatement(before):
    later = [*TOLD[:2], (DAYS[2], "sales", 30, 20)]
    assert compared(before, later) == (Restated(), [], [])


def test_a_final_number_that_changed_is_noted_with_what_it_was_and_why(before):
    found, cells, short = compared(before, [(DAYS[0], "sales", 11, 8), *TOLD[1:]])
    assert found == Restated(n_cells=4, n_days=1)
    assert cells == [
        ("answer_rate", scope, DAYS[0], 8, 8, 10, 11) for scope in ("all", "sales")
    ] + [("offered", scope, DAYS[0], 10, 11, None, None) for scope in ("all", "sales")]
    assert short == [
        ("answer_rate", DAYS[0], 2, 8, 8, "pbx: new lines"),
        ("offered", DAYS[0], 2, 10, 11, "pbx: new lines"),
    ]


def test_what_appears_beside_final_numbers_and_what_is_gone_is_noted(before):
    told = [(DAYS[0], "vip", 10, 8), *TOLD[1:]]
    found, cells, short = compared(before, told)
    assert found == Restated(n_cells=4, n_days=1)
    assert ("offered", "sales", DAYS[0], 10, None, None, None) in cells
    assert ("offered", "vip", DAYS[0], None, 10, None, None) in cells
    # The centre's own number is as it was.
    assert {row[2:5] for row in short} == {(2, None, None)}


def test_a_day_that_was_never_told_is_none(before):
    found, *_ = compared(before, [(date(2026, 1, 4), "sales", 5, 5), *TOLD])
    assert found == Restated()


def test_only_days_that_were_built_again_are_looked_at(before):
    told = [(DAYS[0], "sales", 11, 8), *TOLD[1:]]
    assert compared_days(before, told, DAYS[1]) == []
    assert compared_days(before, told, DAYS[0]) == [DAYS[0]]


def compared_days(before: Path, told: list[tuple], day: date) -> list[date]:
    path = before.with_name("next.duckdb")
    path.unlink(missing_ok=True)
    warehouse(path, told)
    with connect(path) as con:
        restate(con, before, publication=2, windows=[Window(day, day)])
        days = con.execute("select distinct local_date from ops.restatement").fetchall()
    return [found for (found,) in days]


def test_a_new_definition_is_the_cause_it_says(before):
    _, _, short = compared(before, [*TOLD[:1], (DAYS[1], "sales", 20, 16), TOLD[2]], code="v2")
    assert [row[-1] for row in short] == ["defined anew"]


def test_numbers_of_another_form_are_not_compared(before):
    with duckdb.connect(str(before)) as con:
        con.execute("create or replace view marts.kpi_day as select 1 as metric_id")
    path = before.with_name("next.duckdb")
    warehouse(path, TOLD)
    with connect(path) as con:
        assert restate(con, before, publication=2, windows=None) == Restated()


@pytest.mark.soak
def test_a_late_call_restates_its_day_in_a_whole_run(sample, tmp_path):
    """And what the first publication told can be told again out of the second."""
    lines = (sample / "queue_log").read_bytes().splitlines(keepends=True)[:400]
    day_before = [b"%d%s" % (int(line[:10]) - 86_400, line[10:]) for line in lines]
    project = make_project(tmp_path / "p", {"queue_log": b"".join(day_before + lines)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
        refresh(project)
        at = int(day_before[-1][:10])
        land(project, {"queue_log.late": LATE % (at, at + 9)})
        notes = []
        with progress.listening(lambda event: notes.append(getattr(event, "text", ""))):
            refresh(project)
    assert "that were final have changed" in "".join(notes)
    first = project.var / "warehouse-1.duckdb"
    day = f"where local_date = date '{datetime.fromtimestamp(at, UTC).date()}'"
    final = f"{day} and not is_provisional"
    told = numbers(first, final)
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        offered = con.execute(
            "select new_numerator - old_numerator, cause from ops.restatement "
            "where metric_id = 'offered'"
        ).fetchall()
        again = told_again(con, day)
    assert offered == [(1, "pbx: new lines")]
    assert set(told) <= set(again)
    assert len(told) > 100


LATE = b"""\
%d|late-1|sales|NONE|ENTERQUEUE||01715551138|1
%d|late-1|sales|NONE|ABANDON|1|1|9
"""
