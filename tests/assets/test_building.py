"""Building the models of a copy: what is done at a time, and with how much."""

from assets import building
from assets.warehouse import refresh
from pipelines.settings import load_project
from tests.harness import make_project
from tests.models.warehouse import project_models_for

LINE = b"1795289907|NONE|NONE|NONE|QUEUESTART|\n"


def test_what_is_built_in_stretches_has_the_threads_that_memory_allows(tmp_path, monkeypatch):
    """Each needs memory of its own: with four, 1.8 GB are too little for the widest table."""
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
    path.write_text(path.read_text().replace("threads = 1", 'threads = 4\nmemory_limit = "1.8GB"'))
    refresh(load_project(project.root))
    assert asked["marts.kpi_interval_parts"] == 2
    assert asked["core.fact_contact"] is None
