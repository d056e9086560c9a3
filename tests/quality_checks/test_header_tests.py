"""Tests that headers and contracts declare."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.sql_models import Window, load_contracts, parse_model
from quality_checks.header_tests import declared_tests, run_tests

MODEL = """/*---
description: Things.
owner: team:analytics
grain: [local_date, thing_id]
columns:
  thing_key: {tests: [not_null, unique]}
  size: {tests: [{min: 1}, {max: 9}]}
  colour: {tests: [{allowed: [red, "jack's blue"]}]}
  owner_key: {tests: [{references: core.dim_owner.owner_key}]}
---*/
select 1
"""


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute("create table core.dim_owner as select unnest([-1, 5]) as owner_key")
        con.execute(
            """
            create table core.thing as
            select
                i as thing_key, 'thing ' || i as thing_id, date '2026-01-01' + i::int as local_date,
                i + 1 as size, 'red' as colour, 5 as owner_key
            from range(5) as t(i)
            """
        )
        yield con


def run(con, window=None):
    tests = declared_tests([parse_model("core.thing", MODEL)], [])
    return {r.name: r for r in run_tests(con, tests, window)}


def test_sound_rows_pass(con):
    results = run(con)
    assert list(results) == [
        "grain_unique",
        "thing_key_not_null",
        "thing_key_unique",
        "size_min",
        "size_max",
        "colour_allowed",
        "owner_key_references",
    ]
    assert all(r.is_passed for r in results.values())


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("update core.thing set thing_key = null where thing_key = 3", "thing_key_not_null"),
        ("update core.thing set thing_key = 2 where thing_key = 3", "thing_key_unique"),
        ("update core.thing set size = 0 where thing_key = 3", "size_min"),
        ("update core.thing set size = 10 where thing_key = 3", "size_max"),
        ("update core.thing set colour = 'green' where thing_key = 3", "colour_allowed"),
        ("update core.thing set owner_key = 6 where thing_key = 3", "owner_key_references"),
        ("insert into core.thing select * replace (9 as thing_key) from core.thing limit 1",
         "grain_unique"),
    ],
)  # fmt: skip
def test_each_kind_finds_what_it_guards_against(con, change: str, broken: str):
    con.execute(change)
    results = run(con)
    assert [name for name, r in results.items() if not r.is_passed] == [broken]
    assert results[broken].n_bad == 1
    assert con.execute(str(results[broken].failing_sql)).fetchall()


def test_only_the_rebuilt_days_are_tested(con):
    con.execute("update core.thing set size = 0 where local_date = date '2026-01-02'")
    assert not run(con, Window(date(2026, 1, 2), date(2026, 1, 3)))["size_min"].is_passed
    assert run(con, Window(date(2026, 1, 3), date(2026, 1, 9)))["size_min"].is_passed


def test_a_row_of_no_day_is_always_tested(con):
    con.execute("update core.thing set size = 0, local_date = null where thing_key = 1")
    assert not run(con, Window(date(2026, 1, 3), date(2026, 1, 9)))["size_min"].is_passed


def test_a_relation_that_is_not_there_fails_all_its_tests(con):
    con.execute("drop table core.thing")
    results = run(con)
    assert len(results) == 7
    assert not any(r.is_passed for r in results.values())


def test_a_column_that_is_not_there_fails(con):
    con.execute("alter table core.thing drop colour")
    assert not run(con)["colour_allowed"].is_passed


def test_a_key_that_cannot_be_asked_leaves_the_other_tests_alone(con):
    con.execute("alter table core.thing drop thing_id")
    assert [name for name, r in run(con).items() if not r.is_passed] == ["grain_unique"]


def test_empty_keys_repeat_too(con):
    con.execute("update core.thing set thing_key = null where thing_key < 2")
    results = run(con)
    assert results["thing_key_unique"].n_bad == 1
    assert results["thing_key_not_null"].n_bad == 2


def test_a_view_that_groups_by_its_grain_is_not_searched_for_doubles(con):
    header = "description: x\nowner: team:analytics\ngrain: [thing_id]\nmaterialization: view"
    sql = "select thing_id, 1 as n from core.thing group by thing_id"
    model = parse_model("core.counted", f"/*---\n{header}\n---*/\n{sql}", path=Path("counted.sql"))
    con.execute("create view core.counted as select error('read') as thing_id")
    (result,) = run_tests(con, declared_tests([model], []))
    assert result.is_passed


def test_contracts_are_tested_too():
    names = {(t.spec.relation, t.spec.name) for t in declared_tests([], load_contracts().values())}
    visit = "staging.queue_visit"
    assert {
        (visit, "grain_unique"),
        (visit, "local_date_not_null"),
        (visit, "wait_ms_min"),
        (visit, "outcome_allowed"),
        (visit, "source_not_null"),
    } <= names
    assert ("staging.roster", "local_date_not_null") not in names
