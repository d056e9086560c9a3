"""One source from landing to staging: what the ingest asset of a source calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from assets.ingest.adapter import Adapter, adapter_of
from assets.ingest.compaction import compact
from assets.ingest.content import CHUNK_BYTES
from assets.ingest.ledger import Scan
from assets.ingest.loading import Loaded, Progress, load_landing, plan_landing
from assets.ingest.seconds import name_split_seconds
from assets.ingest.staging import Changed, forget_source, refresh_staging
from pipelines.settings import Project
from pipelines.storage.lake import check_lake

AdapterFor = Callable[[Project, str], Adapter]


@dataclass(frozen=True)
class Ingested:
    """What one run read and changed of one source."""

    source: str
    loaded: Loaded
    changed: Changed

    @property
    def messages(self) -> list[str]:
        """What a person should know: file, line and remedy."""
        return self.loaded.messages

    @property
    def has_changed(self) -> bool:
        """Something was read, or staging is not as it was."""
        loaded = self.loaded
        return bool(loaded.load_ids) or loaded.is_reread or not self.changed.is_nothing


def forget_unnamed_sources(
    con: duckdb.DuckDBPyConnection, project: Project
) -> dict[str, set[date]]:
    """Take sources that the project file no longer names out of the warehouse copy.

    Their landing files stay where they are: named again, a source is read again.

    Returns:
        Each such source and the local days it had, which are added to `ops.dirty_day`.
    """
    rows = con.execute(
        """
        select distinct source from (
            select source from ops.load_file union all select source from ops.lake_manifest
        )
        where source not in $named order by source
        """,
        {"named": list(project.settings.sources)},
    ).fetchall()
    return {source: forget_source(con, source) for (source,) in rows}


def plan_source(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    *,
    full: bool = False,
    adapters: AdapterFor = adapter_of,
) -> Scan:
    """What a run would read of a source.

    Args:
        con: a warehouse, published or a copy; only read.
        project: whose files.
        source: which.
        full: as for `ingest_source`.
        adapters: gives the adapter of a source.
    """
    adapter = adapters(project, source)
    return plan_landing(con, project, source, adapter, full=full)


def ingest_source(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    *,
    now: datetime,
    full: bool = False,
    on_progress: Progress | None = None,
    adapters: AdapterFor = adapter_of,
    chunk_bytes: int = CHUNK_BYTES,
) -> Ingested:
    """Read what is new of a source and bring its staging up to date.

    `ops.load_file`, `lake_manifest`, `quarantine`, `feed_watermark`, `dirty_day` and three rows
    of `model_state` (`raw.`, `staging.` and `reference.<source>`) of the copy follow. Killed at
    any instant, it leaves lake files that the next run finds again, and nothing else that counts.

    Args:
        con: the warehouse copy, with the ops schema, no transaction open.
        project: whose files.
        source: which.
        now: instant of the run (UTC, naive).
        full: read and derive everything again.
        on_progress: told source, path, bytes done, bytes in all.
        adapters: gives the adapter of a source.
        chunk_bytes: how much is parsed at once.

    Raises:
        SettingsError: an option of the source is wrong.
        KeyFileError: the key file is missing or wrong.
        StorageError: files of the lake are missing, and it is not `full`.
        AdapterError: the adapter broke its promise.
    """
    if not full:
        check_lake(con, project, source)
    adapter = adapters(project, source)
    loaded = load_landing(
        con,
        project,
        source,
        adapter,
        now=now,
        full=full,
        on_progress=on_progress,
        chunk_bytes=chunk_bytes,
    )
    loaded.messages += name_split_seconds(con, project, source, loaded)
    changed = refresh_staging(con, project, source, adapter, loaded, now=now, full=full)
    compact(con, project, source)
    return Ingested(source, loaded, changed)
