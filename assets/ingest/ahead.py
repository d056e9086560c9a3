"""Taking lines apart before the run needs them, on every core: most of what reading costs.

What is read ahead lies in the lake under names made of its content, where the run itself finds it
again. Nothing else is written, so what was not read ahead, or only half, costs time alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from assets.ingest.adapter import adapter_of
from assets.ingest.chunks import RawChunk, Reader, load_chunks
from assets.ingest.content import UnreadableError
from assets.ingest.cutting import Batch, Cutter
from assets.ingest.ledger import Scan
from assets.ingest.loading import Progress, by_feed, plan_landing, reader_of
from pipelines.processes import process_pool
from pipelines.settings import Project
from pipelines.storage.duck import connect, connect_published
from pipelines.storage.ops import create_ops

MIN_BYTES = 32 * 1024 * 1024
"""Less than this is parsed before another process has begun."""
_READERS: dict[tuple[Path, str, datetime], Reader] = {}
"""Of this process; what one has worked out of a number serves all of its batches."""

RowsOf = dict[str, Counter[str]]
"""Source -> feed -> rows."""


def read_ahead(project: Project, *, now: datetime, on_progress: Progress | None = None) -> RowsOf:
    """Parse what is new in the landing folders into the lake.

    Args:
        project: whose files.
        now: instant of the run (UTC, naive).
        on_progress: told source, path, bytes done, bytes in all.

    Returns:
        New rows.

    Raises:
        KeyFileError: the key file is missing or wrong.
        AdapterError: an adapter broke its promise.
    """
    with connect() as con:
        _copy_ledger(con, project)
        scans = {
            source: plan_landing(con, project, source, _reader(project, source, now).adapter)
            for source in project.settings.sources
        }
    n_processes = _n_processes(project, sum(scan.n_bytes for scan in scans.values()))
    with _executor(n_processes) as executor:
        reading = _Reading(executor, project, now, on_progress, window=2 * n_processes)
        # When a process dies, as one does where memory is short, the run reads what is missing.
        with suppress(BrokenExecutor):
            for source, scan in scans.items():
                reading.read(source, scan)
            reading.settle(0)
    _READERS.clear()
    return reading.rows


def _copy_ledger(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Take over what the published warehouse says was read; it may lack younger columns."""
    create_ops(con)
    if not project.warehouse.exists():
        return
    with connect_published(project) as published:
        for table in ("load_file", "lake_manifest", "model_state"):
            rows = published.sql(f"from ops.{table}").to_arrow_table()
            con.register("published_rows", rows)
            con.execute(f"insert into ops.{table} by name from published_rows")
            con.unregister("published_rows")


def _n_processes(project: Project, n_bytes: int) -> int:
    if n_bytes < MIN_BYTES:
        return 1
    return project.settings.storage.n_threads


def _executor(n_processes: int) -> Executor:
    if n_processes == 1:
        return ThreadPoolExecutor(1)
    return process_pool(n_processes)


@dataclass
class _Reading:
    """Gives batches to others to parse, a few more than they are."""

    executor: Executor
    project: Project
    now: datetime
    on_progress: Progress | None
    window: int
    """How many batches are held in memory at most."""
    rows: RowsOf = field(default_factory=dict)
    _waiting: dict[Future[int], tuple[str, int, Batch]] = field(default_factory=dict)
    _done: Counter[str] = field(default_factory=Counter)

    def read(self, source: str, scan: Scan) -> None:
        """Parse what is new of a source; what cannot be read is told by the run itself."""
        self.rows[source] = Counter()
        reader = _reader(self.project, source, self.now)
        parse = partial(_parse, self.project, source, self.now)
        for batch in _batches(reader, scan):
            self.settle(self.window - 1)
            parsed = self.executor.submit(parse, batch.feed, batch.raw)
            self._waiting[parsed] = source, scan.n_bytes, batch

    def settle(self, n: int) -> None:
        """Wait until only `n` batches are being parsed."""
        while len(self._waiting) > n:
            for parsed in wait(self._waiting, return_when=FIRST_COMPLETED).done:
                source, total, batch = self._waiting.pop(parsed)
                self.rows[source][batch.feed] += parsed.result()
                self._done[source] += sum(len(chunk.data) for chunk in batch.raw)
                if self.on_progress:
                    last, _ = batch.chunks[-1]
                    self.on_progress(source, last.plan.path, self._done[source], total)


def _batches(reader: Reader, scan: Scan) -> Iterator[Batch]:
    cutter = Cutter(reader)
    failed: set[str] = set()
    for _, plans in by_feed(scan):
        for plan in plans:
            if not plan.is_to_read or plan.file_id in failed:
                continue
            try:
                yield from (batch for batch in cutter.cut(plan) if batch.chunks)
            except UnreadableError:
                failed.add(plan.file_id)
        yield from cutter.rest()


def _parse(
    project: Project, source: str, now: datetime, feed: str, chunks: Sequence[RawChunk]
) -> int:
    """Parse one batch, wherever this runs; its rows."""
    reader = _reader(project, source, now)
    return sum(parsed.n_rows for parsed in load_chunks(reader, feed, chunks))


def _reader(project: Project, source: str, now: datetime) -> Reader:
    """What parses a source's lines, made once in each process."""
    key = project.root, source, now
    if key not in _READERS:
        _READERS[key] = reader_of(project, source, adapter_of(project, source), now)
    return _READERS[key]
