"""Checks written as SQL files."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.sql_models import Window
from quality_checks.sql_check import CheckError, SqlCheck, read_checks, run_check

HEADER = "/*---\nrelation: core.t\nseverity: warning\ndescription: Nothing is odd.\n---*/\n"


def check(sql: str) -> SqlCheck:
    return SqlCheck("core.t", "nothing_is_odd", "critical", "Nothing is odd.", sql)


@pytest.fixture
def con():
    with duckdb.connect() as con:
        yield con


def test_a_file_is_a_check(tmp_path: Path):
    (tmp_path / "nothing_is_odd.sql").write_text(HEADER + "select 1 as n_odd where false;\n")
    (found,) = read_checks(tmp_path)
    assert found.spec.name == "nothing_is_odd"
    assert found.severity == "warning"
    assert found.sql == "select 1 as n_odd where false"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select 1", "must begin with a header"),
        ("/*---\nrelation: [\n---*/\nselect 1", "not YAML"),
        (HEADER.replace("warning", "info") + "select 1", "severity"),
        (HEADER.replace("core.t", "t") + "select 1", "relation"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str):
    (tmp_path / "wrong.sql").write_text(text)
    with pytest.raises(CheckError, match=rf"(?s)wrong\.sql.*{message}"):
        read_checks(tmp_path)


def test_no_rows_is_a_pass(con):
    assert run_check(con, check("select 1 as n_odd where false")).is_passed


def test_rows_are_counted_and_the_first_are_told(con):
    result = run_check(con, check("select i as odd_key from range(1000) as t(i)"))
    assert not result.is_passed
    assert result.n_bad == 1000
    assert result.detail == ("1,000 found: odd_key 0; odd_key 1; odd_key 2; odd_key 3; odd_key 4")


def test_an_error_is_a_failure(con):
    result = run_check(con, check("select * from no_such_table"))
    assert not result.is_passed
    assert "could not run" in result.detail
    assert con.execute("select 1").fetchone() == (1,)


def test_the_failing_sql_runs_as_it_stands(con):
    con.execute(
        "create table t as select date '2026-03-01' + i::int as local_date from range(9) r(i)"
    )
    sql = "select local_date from t where local_date between $from_date and $to_date"
    window = Window(date(2026, 3, 2), date(2026, 3, 4))
    result = run_check(con, check(sql), window)
    assert result.n_bad == 3
    assert len(con.execute(str(result.failing_sql)).fetchall()) == 3
    assert run_check(con, check(sql)).n_bad == 9
