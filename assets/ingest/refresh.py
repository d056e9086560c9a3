"""All sources of a project: read what landed, derive what it touches."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

import duckdb

from assets.ingest.adapter import adapter_of
from assets.ingest.engine import Ingested as SourceIngested
from assets.ingest.engine import forget_unnamed_sources, ingest_source
from assets.ingest.loading import plan_landing
from assets.ingest.people import known_names, shared_names
from pipelines import progress
from pipelines.settings import Project
from pipelines.storage.abreast import abreast


@dataclass
class Ingested:
    """What reading and deriving changed, over all sources."""

    days: set[date] = field(default_factory=set)
    """Local days with a row that came, went or changed."""
    messages: list[str] = field(default_factory=list)
    """File, line and remedy: what a person should know."""
    has_changed: bool = False
    """Something was read, or staging is not as it was."""


@dataclass
class Plan:
    """What a run would read."""

    parts: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def ingest(con: duckdb.DuckDBPyConnection, project: Project, *, full: bool = False) -> Ingested:
    """Bring raw and staging of every source up to date with landing.

    Args:
        con: the working copy of the warehouse; its `ops` tables follow.
        project: whose files.
        full: read and derive everything again.

    Raises:
        IngestError: the key is missing, or an adapter broke its promise.
    """
    found, now = Ingested(), _now()
    con.execute("delete from ops.dirty_day")
    if not project.settings.sources:
        found.messages.append("callmart.toml names no source: add [sources.<name>]")
    for source, days in forget_unnamed_sources(con, project).items():
        found.messages.append(f"{source}: no source of callmart.toml any more; its rows are gone")
        found.days |= days
        found.has_changed = True
    # Rosters first: they say who the agents of all the others are.
    rosters = [name for name in project.settings.sources if _brings_roster(project, name)]
    others = [name for name in project.settings.sources if name not in rosters]
    names = known_names(con, project)
    done = _side_by_side(con, project, rosters, now=now, full=full)
    done |= _side_by_side(con, project, others, now=now, full=full)
    for source in (*rosters, *others):
        found.messages += done[source].messages or _nothing_there(project, source)
        _note_changes(found, done[source])
    if known_names(con, project) != names:
        # They were derived before all of them were read.
        for source in rosters:
            _note_changes(found, ingest_source(con, project, source, now=now))
    found.messages += shared_names(con, project)
    return found


def _side_by_side(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    sources: Iterable[str],
    *,
    now: datetime,
    full: bool,
) -> dict[str, SourceIngested]:
    work = {
        source: partial(
            ingest_source,
            project=project,
            source=source,
            now=now,
            full=full,
            on_progress=tell_reading,
        )
        for source in sources
    }
    return dict(abreast(con, work, n_threads=project.settings.storage.n_threads))


def _brings_roster(project: Project, source: str) -> bool:
    settings = project.settings.sources[source]
    return settings.kind == "tabular" and "roster" in adapter_of(project, source).tables


def _note_changes(found: Ingested, done: SourceIngested) -> None:
    found.days |= done.changed.contact_days | done.changed.agent_days
    found.has_changed |= done.has_changed


def _nothing_there(project: Project, source: str) -> list[str]:
    folder = project.landing(source)
    if folder.is_dir() and any(folder.iterdir()):
        return []
    return [f"{folder}: no files are there; put those of {source} into it"]


def tell_reading(source: str, path: str, done: int, total: int) -> None:
    """Tell a person how far reading is."""
    progress.emit(progress.Reading(source, path, done, total))


def plan(con: duckdb.DuckDBPyConnection, project: Project) -> Plan:
    """What `ingest` would read; nothing is written.

    Args:
        con: a warehouse, which may be read-only, or one with empty `ops` tables.
        project: whose files.
    """
    found = Plan()
    for source in project.settings.sources:
        scan = plan_landing(con, project, source, adapter_of(project, source))
        for part in scan.plans:
            if part.is_to_read:
                found.parts.append(f"{part.path} ({part.status}, {part.n_bytes:,} bytes)")
            elif part.message:
                found.messages.append(f"{part.path}: {part.message}")
    return found
