"""The event log of runs: Dagster's own files, whoever opens them."""

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.event_log import EventLog
from pipelines.run import dagster_environment
from tests.harness import make_project


@pytest.fixture
def instance(tmp_path, monkeypatch):
    project = make_project(tmp_path / "p", {})
    for name, value in dagster_environment(project).items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as found:
        yield found


@dg.asset
def one() -> None:
    """Nothing."""


def test_dagster_reads_what_was_written(instance, tmp_path):
    assert isinstance(instance.event_log_storage, EventLog)
    runs = [dg.materialize([one], instance=instance).run_id for _ in range(6)]
    folder = tmp_path / "p" / "var" / "dagster" / "history" / "runs"
    plain = SqliteEventLogStorage(str(folder))
    for run_id in runs:
        ours = [e.dagster_event_type for e in instance.all_logs(run_id) if e.is_dagster_event]
        theirs = [
            e.dagster_event_type for e in plain.get_logs_for_run(run_id) if e.is_dagster_event
        ]
        assert ours == theirs
        assert dg.DagsterEventType.ASSET_MATERIALIZATION in theirs
    assert plain.get_asset_records([dg.AssetKey("one")])[0].asset_entry.last_run_id == runs[-1]
    assert len(instance.event_log_storage._engines) <= 4, "few files are open at a time"
