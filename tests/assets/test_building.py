"""Building the models of a copy: what is done at a time, and with how much."""

import pytest

from assets import building
from assets.warehouse import Options, refresh
from pipelines.settings import load_project
from pipelines.sql_models.model import ModelError
from tests.harness import make_project
from tests.models.warehouse import project_models_for

LINE = b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"


@pytest.fixture
def asked(monkeypatch):
    """With how many threads each model was built alone, None of others; of one branch of them."""
    asked: dict[str, int | None] = {}

    def abreast(con, work, **given):
        def alone(name):
            asked[name] = given["alone"](name)
            return asked[name]

        return building_abreast(con, work, **{**given, "alone": alone})

    building_abreast = building.abreast
    monkeypatch.setattr(building, "abreast", abreast)
    monkeypatch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
    monkeypatch.setattr(
        "assets.warehouse.project_models",
        lambda project: project_models_for(project, ("marts.kpi_interval_parts",)),
    )
    return asked


def _project(root, memory):
    project = make_project(root, {"queue_log": LINE})
    path = project.root / "callmart.toml"
    more = f'threads = 4\nmemory_limit = "{memory}"'
    path.write_text(path.read_text().replace("threads = 1", more))
    return load_project(project.root)


@pytest.mark.parametrize(("memory", "threads"), [("1.5GB", 1), ("3.8GB", 3)])
def test_what_is_built_in_stretches_has_the_threads_that_memory_allows(
    tmp_path, asked, memory, threads
):
    """Each needs memory of its own: with two, 1.5 GB are too little for the widest table."""
    refresh(_project(tmp_path / "p", memory))
    assert asked["marts.kpi_interval_parts"] == threads
    assert asked["core.fact_contact"] is None


def test_what_reads_many_rows_is_built_alone(tmp_path, asked, monkeypatch):
    """Of all days; of one day more it reads few, however many there are."""
    calls = [
        f"{1_760_000_000 + day * 864_000 + n}|c{day}.{n}|q|NONE|{event}\n"
        for day in range(11)
        for n in range(50)
        for event in (f"ENTERQUEUE||{n}|1", "ABANDON|1|1|0")
    ]
    project = _project(tmp_path / "p", "1.5GB")
    log = project.root / "landing" / "pbx" / "queue_log"
    # Each call is a row of contacts and one of visits.
    monkeypatch.setattr(building, "_MANY_ROWS", 1000)
    for n_days, threads in ((9, None), (10, 4), (11, None)):
        asked.clear()
        log.write_text("".join(calls[: n_days * 100]))
        refresh(project, Options(full=n_days == 10))
        assert asked["core.fact_queue_visit"] == threads
        assert asked["core.dim_channel"] is None


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
