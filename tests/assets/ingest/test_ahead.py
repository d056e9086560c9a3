"""What is read ahead is found again, and what is not is read as ever."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.ingest import ahead
from assets.ingest.adapter import adapter_for
from assets.ingest.ahead import read_ahead
from assets.ingest.ledger import Scan
from assets.ingest.pseudonyms import create_key
from assets.ingest.refresh import ingest
from assets.ingest.tabular.parsing import MappingError
from pipelines.settings import Project, load_project
from pipelines.storage.duck import connect
from pipelines.storage.ops import create_ops
from tests.conftest import SAMPLE

NOW = datetime.now(UTC).replace(tzinfo=None)
SOURCES = ("dublin", "cork")
LINES = "".join((SAMPLE / "queue_log").read_text().splitlines(keepends=True)[:300])

BAD_MAPPING = """
description: Its SQL stops at what is no number.
files: bad*.csv
rows:
  - table: sale
    columns:
      sale_id: {sql: cast(id as integer)}
      sold_at: {sql: now()}
      kind: {constant: order}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two switches with a day's log each, and two processes for them."""
    text = '[centre]\ntimezone = "UTC"\n[storage]\nthreads = 2\n'
    for source in SOURCES:
        text += f'[sources.{source}]\nkind = "asterisk"\n'
        landing = tmp_path / "landing" / source
        landing.mkdir(parents=True)
        (landing / "queue_log").write_text(LINES)
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
    told: list[tuple[str, int, int]] = []
    rows = read_ahead(
        project,
        now=NOW,
        on_progress=lambda source, path, done, total: told.append((source, done, total)),
    )
    size = (len(LINES.encode()),) * 2
    assert sorted(told) == [("cork", *size), ("dublin", *size)]
    written = of_lake(project)
    assert len(written) == len(SOURCES)
    monkeypatch.setattr(type(adapter_for("asterisk")), "parse", None)
    ingest(con, project)
    loaded = con.execute(
        "select source, feed, sum(n_loaded)::bigint from ops.load_file group by all"
    ).fetchall()
    assert {(source, feed): n for source, feed, n in loaded} == {
        (source, feed): n for source, feeds in rows.items() for feed, n in feeds.items()
    }
    assert rows["dublin"].total() > 250
    assert of_lake(project).items() >= written.items()


def test_a_file_that_changes_meanwhile_is_left_to_the_run(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ahead.plan_landing

    def then_change(*args: Any) -> Scan:
        scan = plan(*args)
        if args[2] == "cork":
            log = project.landing("cork") / "queue_log"
            log.write_text(log.read_text().replace("|", "!"))
        return scan

    monkeypatch.setattr(ahead, "plan_landing", then_change)
    rows = read_ahead(project, now=NOW)
    assert rows["cork"].total() == 0
    assert rows["dublin"].total() > 250
    ingest(con, project)
    (refused,) = con.execute(
        "select sum(n_quarantined) from ops.load_file where source = 'cork'"
    ).fetchall()
    assert refused > (250,)


def test_little_is_read_without_other_processes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "process_pool", None)
    read_ahead(project, now=NOW)
    assert of_lake(project)


def test_what_is_published_is_not_read_again(project: Project) -> None:
    with connect(project.warehouse) as published:
        create_ops(published)
        ingest(published, project)
    assert {s: rows.total() for s, rows in read_ahead(project, now=NOW).items()} == {
        "dublin": 0,
        "cork": 0,
    }


@pytest.mark.parametrize("n_processes", [1, 2])
def test_what_goes_wrong_is_told_wherever_it_does(
    project: Project, monkeypatch: pytest.MonkeyPatch, n_processes: int
) -> None:
    monkeypatch.setattr(ahead, "MIN_BYTES", 1 if n_processes > 1 else 1_000_000)
    (project.root / "mappings").mkdir()
    (project.root / "mappings" / "bad.yml").write_text(BAD_MAPPING)
    toml = project.root / "callmart.toml"
    toml.write_text(toml.read_text() + '[sources.sales]\nkind = "tabular"\n')
    landing = project.root / "landing" / "sales"
    landing.mkdir()
    (landing / "bad.csv").write_text("id\nx\n")
    with pytest.raises(MappingError, match="bad"):
        read_ahead(load_project(project.root), now=NOW)


def test_when_a_process_dies_the_run_reads_the_rest(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(ThreadPoolExecutor):
        def submit(self, *_: Any) -> Any:
            raise BrokenExecutor

    monkeypatch.setattr(ahead, "process_pool", Dead)
    monkeypatch.setattr(ahead, "MIN_BYTES", 1)
    assert not read_ahead(project, now=NOW)["dublin"]
    ingest(con, project)
    assert con.execute("select count(*) from ops.load_file").fetchone() == (2,)


@pytest.mark.soak
def test_with_other_processes_the_run_is_the_same(
    project: Project, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "MIN_BYTES", 1)
    rows = read_ahead(project, now=NOW)
    written = of_lake(project)
    assert len(written) == len(SOURCES)
    ingest(con, project)
    assert of_lake(project).items() >= written.items()
    for path in written:
        (project.lake / path).unlink()
    monkeypatch.undo()
    assert read_ahead(project, now=NOW) == rows
    assert of_lake(project).keys() >= written.keys()
