"""What is read ahead is found again, and what is not is read as ever."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from assets.ingest import ahead
from assets.ingest.adapter import adapter_for
from assets.ingest.ahead import read_ahead, reading_ahead
from assets.ingest.pseudonyms import create_key
from assets.ingest.refresh import ingest
from pipelines.settings import Project, load_project
from pipelines.storage.duck import connect
from pipelines.storage.ops import create_ops
from tests.conftest import SAMPLE

NOW = datetime.now(UTC).replace(tzinfo=None)
SOURCES = ("dublin", "cork")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two switches with a day's log each, and two processes for them."""
    text = '[centre]\ntimezone = "UTC"\n[storage]\nthreads = 2\n'
    for source in SOURCES:
        text += f'[sources.{source}]\nkind = "asterisk"\n'
        landing = tmp_path / "landing" / source
        landing.mkdir(parents=True)
        lines = (SAMPLE / "queue_log").read_text().splitlines(keepends=True)[:300]
        (landing / "queue_log").write_text("".join(lines))
    (tmp_path / "callmart.toml").write_text(text)
    found = load_project(tmp_path)
    create_key(found.key_file)
    return found


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as con:
        create_ops(con)
        yield con


def of_lake(project: Project) -> dict[str, int]:
    """The files of the lake's raw layer and when each was written."""
    return {
        str(path.relative_to(project.lake)): path.stat().st_mtime_ns
        for path in sorted((project.lake / "raw").rglob("*.parquet"))
    }


def test_lines_read_ahead_are_not_taken_apart_again(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = read_ahead(project, SOURCES, now=NOW)
    written = of_lake(project)
    assert len(written) == len(SOURCES)
    monkeypatch.setattr(type(adapter_for("asterisk")), "parse", None)
    ingest(con, project)
    (read,) = con.execute("select sum(n_loaded) from ops.load_file").fetchall()
    assert read == (sum(rows.values()),)
    assert read > (500,)
    assert of_lake(project).items() >= written.items()


def test_little_is_read_by_the_run_itself(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "ProcessPoolExecutor", None)
    with reading_ahead(con, project, SOURCES, now=NOW) as ready:
        assert tuple(ready) == SOURCES
    assert not (project.lake / "raw").exists()


def test_what_was_read_before_is_not_much_to_read(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(con, project)
    monkeypatch.setattr(ahead, "MIN_BYTES", 1)
    monkeypatch.setattr(ahead, "ProcessPoolExecutor", None)
    with reading_ahead(con, project, SOURCES, now=NOW) as ready:
        assert tuple(ready) == SOURCES


@pytest.mark.soak
def test_with_other_processes_the_run_is_the_same(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "MIN_BYTES", 1)
    with reading_ahead(con, project, SOURCES, now=NOW) as ready:
        assert {next(ready), next(ready)} == set(SOURCES)
    written = of_lake(project)
    assert written
    ingest(con, project)
    helped = con.execute("from ops.load_file order by all").fetchall()
    with connect() as alone:
        create_ops(alone)
        monkeypatch.undo()
        ingest(alone, project)
        assert len(helped) == len(alone.execute("from ops.load_file").fetchall()) == len(SOURCES)
    assert of_lake(project).items() >= written.items()


def test_what_is_read_comes_first_and_meanwhile_the_last() -> None:
    futures: dict[str, Future[None]] = {name: Future() for name in "abcd"}
    ready = ahead._as_read(futures)
    futures["a"].set_running_or_notify_cancel()
    assert next(ready) == "d"
    futures["a"].set_result(None)
    futures["b"].set_running_or_notify_cancel()
    assert [next(ready), next(ready)] == ["a", "c"]
    futures["b"].set_exception(RuntimeError("told by the run"))
    assert list(ready) == ["b"]


@pytest.mark.soak
def test_what_goes_wrong_in_another_process_is_told_by_the_run(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "MIN_BYTES", 1)
    project.key_file.unlink()
    with (
        pytest.raises(Exception, match="is missing"),
        reading_ahead(con, project, SOURCES, now=NOW) as ready,
    ):
        assert set(ready) == set(SOURCES)
        ingest(con, project)
