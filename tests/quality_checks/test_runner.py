"""All checks together."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines.sql_models import Window, load_contracts, load_models
from quality_checks.runner import check_specs, checks_version, run_checks, write_results
from quality_checks.sql_check import CheckError, SqlCheck
from quality_checks.suite import load_suites
from tests.models.warehouse import build_plainly
from tests.quality_checks.centre import NOW

OWN = SqlCheck("core.fact_contact", "own_check", "warning", "Own.", "select 1 as n_odd where false")


def test_specs_are_known_without_great_expectations():
    code = (
        "import sys; from quality_checks.runner import check_specs; "
        "print(len(check_specs()), 'great_expectations' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    n, is_imported = result.stdout.split()
    assert int(n) > 300
    assert is_imported == "False"


def test_names_are_fit_for_dagster_and_unique():
    specs = check_specs()
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", spec.name) for spec in specs)
    assert len({(spec.relation, spec.name) for spec in specs}) == len(specs)
    assert all(spec.description.endswith(".") for spec in specs)


def test_checks_are_about_what_there_is():
    known = {m.relation for m in load_models()} | {c.relation for c in load_contracts().values()}
    assert {spec.relation for spec in check_specs()} <= known | {"ops.load_file"}


def test_a_name_taken_twice_is_an_error():
    with pytest.raises(CheckError, match="two checks are called own_check"):
        check_specs(extra_checks=[OWN, OWN])


def _all_hold(con, lake, wanted=None):
    """Every check of these relations holds, told as it comes, in the order of the specs."""
    seen = []
    results = run_checks(
        con, lake=lake, now=NOW, extra_checks=[OWN], relations=wanted, on_result=seen.append
    )
    assert seen == results
    assert [r.detail for r in results if not r.is_passed] == []
    assert [(r.relation, r.name, r.severity) for r in results] == [
        (s.relation, s.name, s.severity)
        for s in check_specs(extra_checks=[OWN])
        if wanted is None or s.relation in wanted
    ]


def test_all_hold_on_sound_rows_with_one_result_for_each_spec_in_order(centre, lake):
    _all_hold(centre, lake, {
        "core.dim_queue", "core.fact_contact", "core.fact_handle_segment", "marts.kpi_day",
        "marts.queue_interval", "ops.load_file", "staging.anomaly", "staging.queue_visit",
    })  # fmt: skip


@pytest.mark.soak
def test_the_checks_of_all_relations_hold_on_sound_rows(centre, lake):
    build_plainly(centre)
    _all_hold(centre, lake)


def test_a_check_that_asks_something_else_is_another(monkeypatch):
    from quality_checks import runner

    before = checks_version()
    assert before == checks_version()
    first, *others = load_suites()
    rule = first.expectations[0].model_copy(update={"kwargs": {"column": "other"}})
    changed = first.model_copy(update={"expectations": (rule, *first.expectations[1:])})
    monkeypatch.setattr(runner, "load_suites", lambda: (changed, *others))
    assert checks_version() != before


def test_only_the_relations_asked_for(centre, lake):
    results = run_checks(centre, relations={"core.dim_queue"}, lake=lake, now=NOW)
    assert {r.relation for r in results} == {"core.dim_queue"}
    assert len(results) == sum(s.relation == "core.dim_queue" for s in check_specs())


def test_a_day_alone(centre, lake):
    centre.execute("update core.fact_queue_visit set wait_ms = -1 where contact_id = 'c1-7'")
    days = [Window(date(2026, 3, day), date(2026, 3, day)) for day in (2, 3)]
    failed = [
        {
            r.name
            for r in run_checks(
                centre, relations={"core.fact_queue_visit"}, window=day, lake=lake, now=NOW
            )
            if not r.is_passed
        }
        for day in days
    ]
    assert failed == [set(), {"wait_ms_min", "wait_at_most_a_day"}]


def test_without_staging_its_checks_fail_and_nothing_raises(centre, lake):
    centre.execute("detach staging")
    results = run_checks(centre, relations={"staging.contact"}, lake=lake, now=NOW)
    assert results
    assert not any(r.is_passed for r in results)


def test_results_are_written(centre):
    results = run_checks(centre, relations={"core.dim_state"}, now=NOW)
    write_results(centre, results)
    write_results(centre, results)
    rows = centre.execute(
        "select relation, check_name, severity, is_passed, is_waived, n_bad, detail, checked_at "
        "from ops.check_result"
    ).fetchall()
    assert sorted(rows) == sorted(
        (r.relation, r.name, r.severity, r.is_passed, r.is_waived, r.n_bad, r.detail, r.checked_at)
        for r in results
    )


def test_checks_leave_nothing_behind(centre, lake, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = centre.execute("select * from duckdb_views() order by all").fetchall()
    run_checks(centre, lake=lake, now=NOW, relations={"core.fact_contact", "staging.queue_visit"})
    assert centre.execute("select * from duckdb_views() order by all").fetchall() == before
    assert list(tmp_path.iterdir()) == []


def test_a_published_file_can_be_checked_read_only(centre_folder):
    import duckdb

    with duckdb.connect(centre_folder / "warehouse.duckdb", read_only=True) as con:
        results = run_checks(con, relations={"core.dim_agent", "marts.queue_day"}, now=NOW)
    assert results
    assert all(r.is_passed for r in results)
