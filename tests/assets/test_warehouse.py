"""One whole run, step by step: what it tells the log of runs, whatever happens to it."""

import threading
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from assets.active import project_models
from assets.warehouse import PublicationRefusedError, refresh
from pipelines.settings import PROJECT_FILE, Project, load_project
from pipelines.storage.publication import Store
from pipelines.storage.run_log import RunLog
from quality_checks import runner
from quality_checks.result import CheckSpec, broken, failed_to_run
from tests.harness import make_project

LINE = b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"


@pytest.mark.parametrize(
    ("step", "status"), [("publish.prepared", "failed"), ("publish.flipped", "published")]
)
def test_interrupted_it_counts_as_what_it_did(tmp_path, monkeypatch, step, status):
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    # What is built changes nothing in how a run ends.
    monkeypatch.setattr("assets.warehouse.project_models", lambda _: ([], set()))
    project = make_project(tmp_path / "p", {"queue_log": LINE})

    def interrupt(name: str) -> None:
        if name == step:
            raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.storage.steps.reached", interrupt)
    with pytest.raises(KeyboardInterrupt):
        refresh(project)
    assert [run.status for run in RunLog(project).runs()] == [status]
    assert (Store(project).current() is not None) == (status == "published")


def _project_of(folder: Path, n_threads: int) -> Project:
    project = make_project(folder / "p", {"queue_log": LINE})
    text = (project.root / PROJECT_FILE).read_text("utf-8")
    (project.root / PROJECT_FILE).write_text(
        text.replace("threads = 1", f"threads = {n_threads}"), "utf-8"
    )
    return load_project(project.root)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_every_check_is_told_once_also_one_for_which_memory_was_short(
    tmp_path, monkeypatch, n_threads
):
    """Facts are asked beside the tables of metrics; what fails then is asked again by itself."""
    asked: list[tuple[bool, set[str]]] = []

    def run_checks(con, *, relations, **more):
        is_beside = threading.current_thread() is not threading.main_thread()
        asked.append((is_beside, set(relations)))
        results = asks(con, relations=relations, **more)
        if is_beside:
            short = next(r for r in results if r.relation == "core.fact_contact")
            spec = CheckSpec(short.relation, short.name, short.severity, short.description)
            error = duckdb.OutOfMemoryException("no memory")
            results = [failed_to_run(spec, error) if r is short else r for r in results]
        return results

    asks = runner.run_checks
    monkeypatch.setattr(runner, "run_checks", run_checks)
    project = _project_of(tmp_path, n_threads)
    outcome = refresh(project)
    told = Counter((check.relation, check.name) for check in outcome.checks)
    _, active = project_models(project)
    assert set(told.values()) == {1}
    assert {*told} == {
        (spec.relation, spec.name)
        for spec in runner.check_specs()
        if spec.relation in active or spec.relation.startswith("ops.")
    }
    assert all(check.is_passed for check in outcome.checks if check.severity == "critical")
    besides = [relations for is_beside, relations in asked if is_beside]
    assert len(besides) == n_threads - 1
    for facts in besides:
        assert not {"marts.kpi_day", "marts.kpi_interval_parts", "ops.load_file"} & facts
        assert "core.fact_contact" in facts & asked[-1][1]


def test_what_is_found_beside_the_tables_of_metrics_refuses_a_publication(tmp_path, monkeypatch):
    def run_checks(con, *, relations, **more):
        return [
            broken(CheckSpec(r.relation, r.name, "critical", ""), "one too many")
            if r.relation == "core.fact_contact"
            else r
            for r in asks(con, relations=relations, **more)
        ]

    asks = runner.run_checks
    monkeypatch.setattr(runner, "run_checks", run_checks)
    project = _project_of(tmp_path, 2)
    with pytest.raises(PublicationRefusedError, match=r"core\.fact_contact\..*one too many"):
        refresh(project)
    assert Store(project).current() is None
