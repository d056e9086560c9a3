"""What Dagster loads: every asset described, from any folder, and honest when a run is refused."""

import os
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml

from assets.catalogue import PUBLICATION_KEY
from assets.warehouse import refresh
from pipelines.definitions import definitions
from pipelines.jobs import delivery_job
from pipelines.resources import ProjectResource
from pipelines.run import dagster_environment, run_project
from pipelines.schedules import daily_schedule, delivery_schedule
from pipelines.sensors import landing_sensor, landing_state
from pipelines.settings import Project, parse_settings
from pipelines.sql_models import load_contracts, load_models
from quality_checks.result import CheckSpec, broken, held
from tests.conftest import ROOT
from tests.harness import fingerprint, land, make_project
from tests.models.warehouse import project_models_for

LINES = 60
OWN_MODEL = """\
/*---
description: The busiest quarter hour of each queue.
owner: team:analytics
grain: [queue_id]
materialization: table
columns:
  queue_id: {tests: [not_null]}
---*/
select queue_id, max(n_offered) as n_offered from marts.queue_interval group by queue_id
"""
OWN_METRIC = """\
- id: long_waits
  name: Long waits
  description: Visits that waited more than two seconds.
  formula: visits with a wait above 2 s
  unit: count
  direction: lower
  numerator:
    fact: fact_queue_visit
    attribution: queue entry
    sql: count(*) filter (where not is_consult and wait_ms > 2000)
  scopes: [all, queue]
  additivity: additive
  source: ours
"""


@pytest.fixture(scope="module")
def repository():
    return definitions(with_columns=True).get_repository_def()


@pytest.fixture(scope="module")
def specs(repository) -> dict[str, dg.AssetSpec]:
    return {
        s.key.to_user_string(): s for d in repository.assets_defs_by_key.values() for s in d.specs
    }


def test_every_relation_is_an_asset_in_its_layer(specs):
    relations = [m.relation for m in load_models()]
    relations += [c.relation for c in load_contracts().values()]
    for relation in relations:
        spec = specs[relation.replace(".", "/")]
        assert spec.group_name == relation.split(".")[0]
        assert spec.description
        assert spec.owners
        assert spec.kinds
        assert spec.metadata["dagster/column_schema"].columns
    assert {s.group_name for s in specs.values()} == {
        "raw",
        "staging",
        "core",
        "marts",
        "ops",
        "reports",
    }


def test_models_show_their_sql_and_where_columns_come_from(specs):
    spec = specs["core/fact_queue_visit"]
    assert "```sql" in spec.description
    lineage = spec.metadata["dagster/column_lineage"].deps_by_column
    origins = {dep.asset_key.to_user_string() for dep in lineage["entered_at"]}
    assert "staging/queue_visit" in origins
    assert dg.AssetKey(["staging", "queue_visit"]) in {dep.asset_key for dep in spec.deps}


def test_the_build_cannot_be_subset(repository):
    build = repository.assets_defs_by_key[PUBLICATION_KEY]
    assert not build.can_subset
    blocking = {s.asset_key.to_user_string() for s in build.check_specs if s.blocking}
    assert {"staging/queue_visit", "core/fact_queue_visit", "marts/queue_day"} <= blocking


def test_workspace_and_pyproject_name_the_same_module():
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    module = workspace["load_from"][0]["python_module"]
    assert module["module_name"] == f"{project['root_module']}.definitions"
    assert module["location_name"] == project["code_location_name"]


@pytest.mark.soak
def test_definitions_load_through_the_workspace_from_any_folder(tmp_path):
    dagster = Path(sys.executable).with_name("dagster")
    done = subprocess.run(
        [dagster, "definitions", "validate", "-w", ROOT / "workspace.yaml"],
        cwd=tmp_path,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schedule_is_daily_in_the_centres_zone():
    settings = parse_settings('[centre]\ntimezone = "Asia/Manila"\n[schedule]\ndaily_at = "04:30"')
    schedule = daily_schedule(settings)
    assert schedule.cron_schedule == "30 4 * * *"
    assert schedule.execution_timezone == "Asia/Manila"


def test_deliveries_are_scheduled_where_they_are_configured_alone():
    mail = '[delivery.email]\nhost = "h"\nfrom = "a@example.org"\nto = ["b@example.org"]\n'
    assert delivery_schedule(parse_settings("")) is None
    zone = '[centre]\ntimezone = "Asia/Manila"\n'
    weekly = delivery_schedule(parse_settings(zone + mail))
    assert (weekly.cron_schedule, weekly.execution_timezone) == ("0 7 * * 1", "Asia/Manila")
    assert weekly.default_status == dg.DefaultScheduleStatus.RUNNING
    daily = delivery_schedule(parse_settings('[delivery]\nevery = "day"\nat = "06:15"\n' + mail))
    assert daily.cron_schedule == "15 6 * * *"


def test_the_delivery_job_says_what_became_of_it(monkeypatch, tmp_path):
    from pipelines.delivery import deliver as delivering

    made = []
    outcome = delivering.Outcome("email", True, "sent")
    monkeypatch.setattr(
        delivering, "deliver", lambda *given: made.append(given[1].grain) or [outcome]
    )
    project = make_project(tmp_path / "p", {})
    done = delivery_job().execute_in_process(
        resources={"project": ProjectResource(folder=str(project.root))}
    )
    assert done.success
    assert made == ["week"]


def test_the_sensor_waits_until_landing_is_still(tmp_path):
    project = make_project(tmp_path / "p", {})
    sensor = landing_sensor()

    class Fake(dg.ConfigurableResource):
        def project(self):
            return project

    def look(cursor):
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                cursor=cursor, instance=instance, resources={"project": Fake()}
            )
            data = sensor.evaluate_tick(context)
            return data.cursor, [r.run_key for r in data.run_requests or []]

    empty = landing_state(project)
    cursor, runs = look(f"{empty}:{empty}")
    assert runs == []
    land(project, {"queue_log": b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"})
    cursor, runs = look(cursor)
    assert runs == []
    cursor, runs = look(cursor)
    assert runs == [landing_state(project)]
    assert look(cursor)[1] == []


def sample_lines(sample) -> bytes:
    return b"".join((sample / "queue_log").read_bytes().splitlines(keepends=True)[:LINES])


@pytest.mark.slow
def test_a_refused_run_publishes_nothing_also_when_run_again_from_its_failure(
    sample, tmp_path, monkeypatch
):
    spec = CheckSpec("core.fact_contact", "no_double_contact", "critical", "Each contact once.")
    verdict = held
    monkeypatch.setattr("quality_checks.runner.check_specs", lambda **_: [spec])

    def run_checks(con, *, relations, **_):
        if spec.relation not in relations:
            return []
        return [verdict(spec, "one is there twice") if verdict is broken else held(spec)]

    monkeypatch.setattr("quality_checks.runner.run_checks", run_checks)
    # What is refused is the same with fewer relations.
    few = partial(project_models_for, wanted=("core.fact_contact", "marts.queue_peak"))
    for module in ("assets.warehouse", "assets.build"):
        monkeypatch.setattr(f"{module}.project_models", few)
    project = make_project(tmp_path / "p", {"queue_log": sample_lines(sample)[:2000]})
    add_own(project, "models/marts/queue_peak.sql", OWN_MODEL)
    refresh(project)
    own_is_built(project)
    before = fingerprint(project)
    land(project, {"queue_log": sample_lines(sample)[:3000]})
    verdict = broken
    refused = run_project(project)
    assert (refused.is_success, refused.is_refusal) == (False, True)
    assert "no_double_contact" in (refused.error or "")
    assert fingerprint(project) == before

    monkeypatch.setenv("DAGSTER_HOME", dagster_environment(project)["DAGSTER_HOME"])
    monkeypatch.setenv("CALLMART_PROJECT", str(project.root))
    with dg.DagsterInstance.get() as instance:
        job = dg.reconstructable(resolve_daily)
        again = dg.execute_job(
            job,
            instance=instance,
            reexecution_options=dg.ReexecutionOptions.from_failure(refused.run_id, instance),
        )
        assert not again.success
        materialized = [
            e.asset_key for e in again.all_events if e.is_step_materialization and e.asset_key
        ]
        assert PUBLICATION_KEY not in materialized
    assert fingerprint(project) == before


def add_own(project: Project, name: str, text: str) -> None:
    path = project.root / name
    path.parent.mkdir(parents=True)
    path.write_text(text)


def own_is_built(project: Project) -> None:
    """What a project adds is built and published as what is shipped."""
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        (peak,) = con.execute("select max(n_offered) from marts.queue_peak").fetchone()
    assert peak > 0


@pytest.mark.soak
def test_a_projects_own_metric_is_published_by_the_job(sample, tmp_path):
    project = make_project(tmp_path / "p", {"queue_log": sample_lines(sample)})
    add_own(project, "models/marts/queue_peak.sql", OWN_MODEL)
    add_own(project, "metrics/own.yml", OWN_METRIC)
    assert run_project(project).is_success
    own_is_built(project)
    with duckdb.connect(str(project.warehouse.resolve()), read_only=True) as con:
        told = con.execute(
            "select sum(value) from marts.v_kpi_day "
            "where metric_id = 'long_waits' and scope_kind = 'all'"
        ).fetchone()
        waits = con.execute(
            "select count(*) from core.fact_queue_visit where wait_ms > 2000 and not is_consult"
        ).fetchone()
    assert told == waits


def resolve_daily():
    """The daily job, for Dagster to find by name."""
    return definitions(with_columns=False).resolve_job_def("daily")
