"""Reading in other processes while this one derives: taking lines apart keeps one core busy.

What is read ahead lies in the lake under names made of its content, where the run itself finds it
again. Nothing else is written, so a source that was not read ahead, or only half, costs time alone.
"""

import os
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context

import duckdb

from assets.ingest.adapter import adapter_of
from assets.ingest.loading import Progress, load_landing
from pipelines.settings import Project
from pipelines.storage.duck import connect, connect_published
from pipelines.storage.ops import create_ops

MIN_BYTES = 32 * 1024 * 1024
"""Less than this is read before another process has begun."""


def read_ahead(
    project: Project,
    sources: Sequence[str],
    *,
    now: datetime,
    full: bool = False,
    on_progress: Progress | None = None,
) -> dict[str, int]:
    """Parse what is new in the landing folders of some sources into the lake.

    Args:
        project: whose files.
        sources: which.
        now: instant of the run (UTC, naive).
        full: read everything again.
        on_progress: told source, path, bytes done, bytes in all.

    Returns:
        New rows per feed.
    """
    rows: Counter[str] = Counter()
    with connect() as con:
        create_ops(con)
        _copy_ledger(con, project)
        for source in sources:
            loaded = load_landing(
                con,
                project,
                source,
                adapter_of(project, source),
                now=now,
                full=full,
                on_progress=on_progress,
            )
            rows.update(_rows_of(con, loaded.load_ids))
    return dict(rows)


def _rows_of(con: duckdb.DuckDBPyConnection, load_ids: list[str]) -> dict[str, int]:
    found = con.execute(
        "select feed, sum(n_loaded) from ops.load_file where load_id in ? group by feed",
        [load_ids or [""]],
    ).fetchall()
    return {feed: int(n) for feed, n in found}


def _copy_ledger(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Take over what the published warehouse says was read."""
    if not project.warehouse.exists():
        return
    with connect_published(project) as published:
        for table in ("load_file", "lake_manifest", "model_state"):
            rows = published.sql(f"from ops.{table}").to_arrow_table()
            con.register("published_rows", rows)
            con.execute(f"insert into ops.{table} by name from published_rows")
            con.unregister("published_rows")


@contextmanager
def reading_ahead(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    sources: Sequence[str],
    *,
    now: datetime,
    full: bool = False,
) -> Generator[Iterator[str]]:
    """Have other processes read sources, where there is much to read.

    Args:
        con: the warehouse copy, which says what was read before.
        project: whose files.
        sources: those to read, the largest first if that is known.
        now: instant of the run (UTC, naive).
        full: everything is read again.

    Yields:
        The sources in the order in which the caller does best to take them up: those read first,
        and the last while none is. When one comes, nobody else is reading it.
    """
    n_processes = _n_threads(project) - 1
    if not n_processes or _n_bytes(con, project, full=full) < MIN_BYTES:
        yield iter(sources)
        return
    # Not forked: DuckDB and Polars have threads of their own.
    processes = ProcessPoolExecutor(n_processes, mp_context=get_context("spawn"))
    # A thread for each, because what a process pool has queued cannot be taken back.
    threads = ThreadPoolExecutor(n_processes)

    def one(source: str) -> None:
        processes.submit(read_ahead, project, [source], now=now, full=full).result()

    futures = {source: threads.submit(one, source) for source in sources}
    try:
        yield _as_read(futures)
    finally:
        threads.shutdown(cancel_futures=True)
        processes.shutdown(cancel_futures=True)


def _as_read(futures: dict[str, Future[None]]) -> Iterator[str]:
    while futures:
        source = next((source for source, read in futures.items() if read.done()), None)
        if source is None:
            source = next((s for s in reversed(futures) if futures[s].cancel()), None)
        if source is None:
            wait(futures.values(), return_when=FIRST_COMPLETED)
            continue
        # What went wrong there goes wrong again where it is told.
        del futures[source]
        yield source


def _n_threads(project: Project) -> int:
    return project.settings.storage.threads or os.cpu_count() or 1


def _n_bytes(con: duckdb.DuckDBPyConnection, project: Project, *, full: bool) -> int:
    """About how much of landing was not read yet; sources may share a folder."""
    folders = {project.landing(source) for source in project.settings.sources}
    sizes = (
        entry.stat().st_size
        for folder in folders
        if folder.is_dir()
        for entry in os.scandir(folder)
        if entry.is_file()
    )
    known = con.execute("select coalesce(sum(n_bytes), 0) from ops.load_file").fetchone()
    return sum(sizes) - (int(known[0]) if known and not full else 0)
