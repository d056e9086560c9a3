"""One whole run, step by step: what it tells the log of runs, whatever happens to it."""

import pytest

from assets.warehouse import refresh
from pipelines.storage.publication import Store
from pipelines.storage.run_log import RunLog
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
