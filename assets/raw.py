"""Raw lines as assets: one per feed of each kind of source.

They parse what landed into the lake and nothing else. The build finds those files again by their
content, so running this first is never needed for a right result: it makes reading visible, and
a run killed later continues from it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.ingest.adapter import adapter_for
from assets.ingest.ahead import read_ahead
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
    return [
        dg.AssetKey(["raw", f"{kind}_{feed}"]) for kind in _kinds(project) for feed in _feeds(kind)
    ]


def _feeds(kind: str) -> list[str]:
    return list(adapter_for(kind).raw_tables) or [_MAPPED]


def raw_assets(project: Project | None = None) -> list[dg.AssetsDefinition]:
    """One asset a kind of source that a project has, with a key for each of its raw tables."""
    return [_raw_asset(kind) for kind in _kinds(project)]


def _raw_asset(kind: str) -> dg.AssetsDefinition:
    feeds = _feeds(kind)
    specs = [
        dg.AssetSpec(
            ["raw", f"{kind}_{feed}"],
            group_name="raw",
            kinds={"parquet"},
            owners=["team:callmart"],
            description=f"Lines of {feed} files, parsed and pseudonymised, with file and line.",
        )
        for feed in feeds
    ]

    @dg.multi_asset(
        name=f"read_{kind}",
        specs=specs,
        can_subset=False,
        description=f"Parses what is new in the landing folders of {kind} sources.",
    )
    def read(
        context: dg.AssetExecutionContext, project: ProjectResource
    ) -> Iterator[dg.MaterializeResult]:
        found = project.project()
        sources = [name for name, of in found.settings.sources.items() if of.kind == kind]
        now = datetime.now(UTC).replace(tzinfo=None)
        with listening(lambda event: _log(context, event)):
            counts = read_ahead(found, sources, now=now, on_progress=tell_reading)
        for feed in feeds:
            yield dg.MaterializeResult(
                asset_key=["raw", f"{kind}_{feed}"],
                metadata={"dagster/row_count": counts.get(feed, sum(counts.values()))},
            )

    return read


def _log(context: dg.AssetExecutionContext, event: Event) -> None:
    if isinstance(event, Note):
        context.log.info(event.text)
