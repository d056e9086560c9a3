"""Raw lines as assets: one per feed of each kind of source.

They parse what landed into the lake and nothing else. The build finds those files again by their
content, so running this first is never needed for a right result: it makes reading visible, and
a run killed later continues from it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.ingest.adapter import adapter_for
from assets.ingest.ahead import RowsOf, read_ahead
from assets.ingest.refresh import tell_reading
from pipelines.progress import Event, Note, listening
from pipelines.resources import ProjectResource
from pipelines.settings import Project

KINDS = ("asterisk", "tabular")
_MAPPED = "files"
"""Stands for the feeds of a kind whose feeds each project names itself."""


def _kinds(project: Project | None) -> list[str]:
    """The kinds of a project's sources; without one, or without sources, all."""
    used = {source.kind for source in project.settings.sources.values()} if project else set()
    return [kind for kind in KINDS if kind in used or not used]


def raw_keys(project: Project | None = None) -> list[dg.AssetKey]:
    """Keys of every raw table of the kinds of source that a project has."""
    return [_key(kind, feed) for kind in _kinds(project) for feed in _feeds(kind)]


def _key(kind: str, feed: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", f"{kind}_{feed}"])


def _feeds(kind: str) -> list[str]:
    return list(adapter_for(kind).raw_tables) or [_MAPPED]


def raw_assets(project: Project | None = None) -> list[dg.AssetsDefinition]:
    """One asset with a key for each raw table: all sources are read at once, on every core."""
    specs = {
        (kind, feed): dg.AssetSpec(
            _key(kind, feed),
            group_name="raw",
            kinds={"parquet"},
            owners=["team:callmart"],
            description=f"Lines of {feed} files, parsed and pseudonymised, with file and line.",
        )
        for kind in _kinds(project)
        for feed in _feeds(kind)
    }

    @dg.multi_asset(
        name="read",
        specs=list(specs.values()),
        can_subset=False,
        description="Parses what is new in the landing folders.",
    )
    def read(
        context: dg.AssetExecutionContext, project: ProjectResource
    ) -> Iterator[dg.MaterializeResult]:
        found, now = project.project(), datetime.now(UTC).replace(tzinfo=None)
        with listening(lambda event: _log(context, event)):
            rows = _by_asset(found, read_ahead(found, now=now, on_progress=tell_reading))
        for kind, feed in specs:
            yield dg.MaterializeResult(
                asset_key=_key(kind, feed),
                metadata={"dagster/row_count": rows[kind, feed]},
            )

    return [read]


def _by_asset(project: Project, rows: RowsOf) -> Counter[tuple[str, str]]:
    """Rows of each kind's feeds."""
    counts: Counter[tuple[str, str]] = Counter()
    for source, of_feeds in rows.items():
        kind = project.settings.sources[source].kind
        feeds = _feeds(kind)
        for feed, n in of_feeds.items():
            counts[kind, feed if feed in feeds else _MAPPED] += n
    return counts


def _log(context: dg.AssetExecutionContext, event: Event) -> None:
    if isinstance(event, Note):
        context.log.info(event.text)
