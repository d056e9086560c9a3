"""Building the models of a copy: what is done at a time, and with how much."""

import pytest

from assets import building
from assets.warehouse import refresh
from pipelines.settings import load_project
from pipelines.sql_models.model import ModelError
from tests.harness import make_project
from tests.models.warehouse import project_models_for

LINE = b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"


@pytest.mark.parametrize(("memory", "threads"), [("1.8GB", 1), ("3.5GB", 3)])
def test_what_is_built_in_stretches_has_the_threads_that_memory_allows(
    tmp_path, monkeypatch, memory, threads
):
    """Each needs memory of its own: with two, 1.8 GB are too little for the widest table."""
    asked = {}

    def abreast(con, work, **given):
        asked.update({name: given["most_threads"].get(name) for name in work})
        return building_abreast(con, work, **given)

    building_abreast = building.abreast
    monkeypatch.setattr(building, "abreast", abreast)
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    monkeypatch.setattr(
        "assets.warehouse.project_models",
        lambda project: project_models_for(project, ("marts.kpi_interval_parts",)),
    )
    project = make_project(tmp_path / "p", {"queue_log": LINE})
    path = project.root / "callmart.toml"
    more = f'threads = 4\nmemory_limit = "{memory}"'
    path.write_text(path.read_text().replace("threads = 1", more))
    refresh(load_project(project.root))
    assert asked["marts.kpi_interval_parts"] == threads
    assert asked["core.fact_contact"] is None


def test_a_projects_own_model_is_named_where_its_sql_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    project = make_project(tmp_path / "p", {"queue_log": LINE})
    own = project.root / "models" / "marts" / "broken.sql"
    own.parent.mkdir(parents=True)
    own.write_text(
        "/*---\ndescription: It fails.\nowner: team:x\ngrain: [n]\ncolumns: {n: A number.}\n---*/\n"
        "select cast(centre_name as integer) as n from ops.centre\n"
    )
    monkeypatch.setattr(
        "assets.warehouse.project_models",
        lambda project: project_models_for(project, ("marts.broken",)),
    )
    with pytest.raises(ModelError, match=r"broken\.sql: its SQL fails: Conversion Error.*'Test"):
        refresh(project)
