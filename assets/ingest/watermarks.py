"""How far each feed of a source has been read."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import duckdb

from assets.ingest.adapter import Adapter
from assets.ingest.manifest import Manifest
from pipelines.settings import Project, Source
from pipelines.storage import lake
from pipelines.storage.duck import insert_rows
from pipelines.storage.ops import table_columns


class Feed(NamedTuple):
    """One row of `ops.feed_watermark`."""

    source: str
    name: str
    watermark_at: datetime
    late_after_hours: float
    is_agent_feed: bool
    is_contact_feed: bool
    is_retired: bool


def follow_watermarks(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    manifest: Manifest,
) -> tuple[list[Feed], list[Feed]]:
    """Bring `ops.feed_watermark` up to the raw lake.

    Args:
        con: the warehouse copy.
        project: whose settings.
        source: which.
        adapter: of the source's kind.
        manifest: of the source.

    Returns:
        The source's feeds as they were and as they are, ordered by name.
    """
    rows = con.execute(
        "select * from ops.feed_watermark where source = ? order by feed", [source]
    ).fetchall()
    before = [Feed(*row) for row in rows]
    after = list(_feeds(source, project.settings.sources[source], adapter, manifest))
    if after != before:
        con.execute("delete from ops.feed_watermark where source = ?", [source])
        types = table_columns("feed_watermark").values()
        insert_rows(con, "ops.feed_watermark", after, types=types)
    return before, after


def _feeds(source: str, settings: Source, adapter: Adapter, manifest: Manifest) -> Iterator[Feed]:
    last: dict[str, datetime] = {}
    for file in manifest.files(lake.RAW):
        if file.last_at is not None:
            name = file.table_name
            last[name] = max(file.last_at, last.get(name, file.last_at))
    for name in sorted(last.keys() - adapter.untimed_feeds):
        yield Feed(
            source,
            name,
            last[name],
            settings.late_after_hours,
            name in adapter.agent_feeds,
            name in adapter.contact_feeds,
            settings.retired,
        )
