"""Great Expectations over DuckDB: what suites find, and that nothing else happens."""

import os
import warnings
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.sql_models import Window
from quality_checks.expectations import run_suites
from quality_checks.suite import Suite

CALL = {"column": "contact_id"}
PAIR = {"column_A": "left_at", "column_B": "entered_at", "or_equal": True}

# type, what a sound table satisfies, a change, rows that break it then (None: not counted)
KINDS = [
    ("expect_column_values_to_not_be_null", CALL, "contact_id = null", 1),
    ("expect_column_values_to_be_unique", CALL, "contact_id = 'c0'", 2),
    ("expect_column_values_to_be_in_set",
     {"column": "outcome", "value_set": ["answered", "it's over"]}, "outcome = 'odd'", 1),
    ("expect_column_values_to_not_be_in_set", {"column": "outcome", "value_set": ["odd"]},
     "outcome = 'odd'", 1),
    ("expect_column_values_to_be_in_set", {"column": "is_odd", "value_set": [False]},
     "is_odd = true", 1),
    ("expect_column_values_to_be_between", {"column": "wait_ms", "min_value": 0},
     "wait_ms = -1", 1),
    ("expect_column_values_to_match_regex", {**CALL, "regex": r"^c\d+%?$"}, "contact_id = 'x'", 1),
    ("expect_column_values_to_not_match_regex", {**CALL, "regex": r"\d{7,}"},
     "contact_id = 'c01715550100'", 1),
    ("expect_column_values_to_match_like_pattern", {**CALL, "like_pattern": "c%"},
     "contact_id = 'x'", 1),
    ("expect_column_value_lengths_to_be_between", {**CALL, "min_value": 2, "max_value": 4},
     "contact_id = 'c12345'", 1),
    ("expect_column_pair_values_a_to_be_greater_than_b", PAIR,
     "left_at = entered_at - interval 1 second", 1),
    ("expect_column_pair_values_to_be_equal", {"column_A": "wait_ms", "column_B": "same_ms"},
     "wait_ms = 7", 1),
    ("expect_column_median_to_be_between", {"column": "wait_ms", "min_value": 0, "max_value": 100},
     "wait_ms = wait_ms", None),
    ("expect_column_mean_to_be_between", {"column": "amount", "min_value": 1, "max_value": 2},
     "amount = 2000", None),
    ("expect_column_max_to_be_between", {"column": "wait_ms", "max_value": 99}, "wait_ms = 999",
     None),
    ("expect_column_sum_to_be_between", {"column": "n_asked", "max_value": 500}, "n_asked = 900",
     None),
    ("expect_column_to_exist", {"column": "amount"}, None, None),
    ("expect_table_row_count_to_be_between", {"min_value": 100, "max_value": 100}, None, None),
    ("unexpected_rows_expectation",
     {"unexpected_rows_query":
      "with calls as (select * from {batch}) select c.call_key from calls as c "
      "where c.outcome = 'odd' and exists (select 1 from {batch})"},
     "outcome = 'odd'", 1),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Import it once before warnings count as errors: libraries below it use deprecated modules."""
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute("create table core.fact_call as select 'c0' as contact_id, 1 as call_key")
        assert next(run_suites(con, [suite(("expect_column_to_exist", CALL))])).is_passed


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            """
            create table core.fact_call as
            select
                i as call_key, 'c' || i as contact_id, i % 7 as n_asked, i as wait_ms, i as same_ms,
                'answered' as outcome, false as is_odd, 1.25::decimal(18, 3) as amount,
                timestamp '2026-01-01' + i * interval 1 hour as entered_at,
                timestamp '2026-01-01' + i * interval 1 hour as left_at,
                (timestamp '2026-01-01' + i * interval 1 hour)::date as local_date
            from range(100) as t(i)
            """
        )
        con.execute("attach ':memory:' as staging")
        con.execute("create view staging.call as select * from (values (1, 'x')) as t(file_id, q)")
        yield con


def suite(*rules, relation="core.fact_call", key="call_key"):
    expectations = [
        {"id": f"rule_{n}", "type": kind, "severity": "critical", "description": "x", "kwargs": kw}
        for n, (kind, kw) in enumerate(rules)
    ]
    return Suite.model_validate(
        {"relation": relation, "sample_key": [key], "expectations": expectations}
    )


def rows_where(condition):
    query = f"select call_key from {{batch}} where {condition}"
    return "unexpected_rows_expectation", {"unexpected_rows_query": query}


ALL = suite(*((kind, kwargs) for kind, kwargs, _, _ in KINDS))
WINDOWS = [None, Window(date(2026, 1, 1), date(2026, 1, 9))]


def run(con, wanted=ALL, window=None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return list(run_suites(con, [wanted], window))


@pytest.mark.parametrize("window", WINDOWS)
def test_every_kind_holds_on_sound_rows(con, window):
    results = run(con, window=window)
    assert [r.detail for r in results if not r.is_passed] == []
    assert len(results) == len(KINDS)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("kind", range(len(KINDS)), ids=[kind for kind, *_ in KINDS])
def test_every_kind_fails_on_what_it_guards_against(con, kind: int, window):
    name, kwargs, change, n_bad = KINDS[kind]
    if change is not None:
        con.execute(f"update core.fact_call set {change} where call_key = 42")
    if name == "expect_column_median_to_be_between":
        con.execute("update core.fact_call set wait_ms = 5000")
    if name == "expect_column_to_exist":
        con.execute("alter table core.fact_call drop amount")
    if name == "expect_table_row_count_to_be_between":
        con.execute("delete from core.fact_call where call_key = 42")
    (result,) = run(con, suite((name, kwargs)), window)
    assert result.is_blocking
    assert result.n_bad == n_bad
    if n_bad:
        told = "call_key 0; call_key 42" if n_bad == 2 else "call_key 42"
        assert result.detail == f"{n_bad} found: {told}"
        rows = con.execute(str(result.failing_sql)).fetchall()
        assert {row[0] for row in rows} <= {0, 42}
        assert len(rows) == n_bad
    else:
        assert result.detail.startswith("found ")


def test_only_the_rebuilt_days_are_asked(con):
    con.execute("update core.fact_call set wait_ms = -1 where local_date = date '2026-01-02'")
    wanted = suite(("expect_column_values_to_be_between", {"column": "wait_ms", "min_value": 0}))
    assert not run(con, wanted, Window(date(2026, 1, 2), date(2026, 1, 2)))[0].is_passed
    assert run(con, wanted, Window(date(2026, 1, 3), date(2026, 1, 5)))[0].is_passed


def test_values_are_never_told(con):
    con.execute("update core.fact_call set contact_id = '01715550100' where call_key = 42")
    wanted = suite(("expect_column_values_to_match_regex", {**CALL, "regex": "^c"}))
    (result,) = run(con, wanted)
    assert not result.is_passed
    assert "5550100" not in f"{result.detail} {result.failing_sql}"


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_be_between", {"column": "no_such", "min_value": 0}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "select no_such from {batch}"}),
        ("expect_column_values_to_match_regex", {**CALL, "regex": "("}),
        ("expect_pigs_to_fly", {}),
        ("expect_column_values_to_be_between", {"colum": "wait_ms"}),
    ],
)
def test_an_error_is_a_failure(con, kind: str, kwargs: dict):
    (result,) = run(con, suite((kind, kwargs)))
    assert result.is_blocking
    assert result.detail.startswith("the check could not run")


def test_an_error_leaves_the_other_expectations_alone(con):
    good = ("expect_column_values_to_not_be_null", CALL)
    bad = ("expect_column_values_to_be_between", {"column": "no_such", "min_value": 0})
    assert [r.is_passed for r in run(con, suite(good, bad, good))] == [True, False, True]


@pytest.mark.parametrize("order", ["call_key desc", "hash(call_key)"])
def test_the_rows_told_are_the_first_in_their_own_order_however_they_lie(con, order):
    con.execute(f"create or replace table core.fact_call as from core.fact_call order by {order}")
    odd = ("expect_column_values_to_be_between", {"column": "wait_ms", "max_value": 9})
    results = run(con, suite(rows_where("wait_ms > 9"), odd))
    told = "; ".join(f"call_key {n}" for n in range(10, 15))
    assert [r.detail for r in results] == [f"90 found: {told}"] * 2


def test_of_queries_that_are_asked_together_only_the_broken_one_fails(con):
    con.execute("update core.fact_call set outcome = 'odd' where call_key = 42")
    queries = ("wait_ms < 0", "outcome = 'odd'", "n_asked > 7")
    results = run(con, suite(*map(rows_where, queries)))
    assert [r.is_passed for r in results] == [True, False, True]
    assert results[1].detail == "1 found: call_key 42"


def test_of_queries_that_are_asked_together_only_one_that_cannot_run_fails(con):
    queries = ("wait_ms < 0", "no_such = 1", "n_asked > 7")
    results = run(con, suite(*map(rows_where, queries)))
    assert [r.is_passed for r in results] == [True, False, True]
    assert results[1].detail.startswith("the check could not run")


def test_a_relation_that_is_not_there_fails(con):
    results = run(con, suite(("expect_column_to_exist", CALL), relation="core.no_such"))
    assert "could not run" in results[0].detail


def test_an_attached_catalog_is_read(con):
    wanted = suite(
        ("expect_column_values_to_be_in_set", {"column": "q", "value_set": ["y"]}),
        relation="staging.call",
        key="file_id",
    )
    (result,) = run(con, wanted)
    assert result.detail == "1 found: file_id 1"


def test_nothing_is_written_printed_or_sent(con, tmp_path: Path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    run(con)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    views = con.execute("select view_name from duckdb_views() where not internal").fetchall()
    assert views == [("call",)]
