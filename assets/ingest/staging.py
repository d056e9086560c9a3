"""From the raw lake to the staging lake: what new lines touch is derived again and replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb

from assets.ingest import agents, contacts
from assets.ingest.adapter import Adapter, DeriveContext
from assets.ingest.calendar import local_day, zone_offsets
from assets.ingest.loading import FIRST_YEAR, Loaded
from assets.ingest.manifest import Manifest
from assets.ingest.people import known_names, names_met, names_that_count, remember_names
from assets.ingest.replacing import differing_days, keep_memory, recall_sql, replace_days
from assets.ingest.state import (
    derive_hash,
    forget_states,
    relation_of,
    store_states,
    stored_states,
    thresholds_hash,
)
from assets.ingest.watermarks import Feed, follow_watermarks
from assets.ingest.workspace import Workspace, names_in, open_workspace
from pipelines.settings import Project
from pipelines.sql_models.contracts import Contract, load_contracts
from pipelines.storage import lake
from pipelines.storage.duck import insert_rows
from pipelines.storage.ops import table_columns
from pipelines.storage.steps import reached

_NO_LINES_YET = datetime(1970, 1, 1)  # noqa: DTZ001
_Marks = tuple[datetime | None, datetime | None]
_Days = tuple[date, date]


@dataclass
class Changed:
    """What a refresh changed in staging."""

    contact_days: set[date] = field(default_factory=set)
    agent_days: set[date] = field(default_factory=set)
    reference_tables: set[str] = field(default_factory=set)
    is_full: bool = False
    n_contacts: int = 0
    """Contacts derived."""
    n_agent_days: int = 0
    """Days of agents derived."""
    n_rows: int = 0
    """Rows written."""

    @property
    def is_nothing(self) -> bool:
        """Staging is as it was."""
        return not (self.contact_days or self.agent_days or self.reference_tables)


def refresh_staging(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    adapter: Adapter,
    loaded: Loaded,
    *,
    now: datetime,
    full: bool = False,
) -> Changed:
    """Bring a source's staging up to date with its raw lake.

    Days that differ are added to `ops.dirty_day`; `ops.lake_manifest` and `ops.feed_watermark`
    follow.

    Args:
        con: the warehouse copy.
        project: whose lake.
        source: which.
        adapter: of the source's kind.
        loaded: what `load_landing` has just read.
        now: instant of the run (UTC, naive).
        full: derive everything again.

    Raises:
        AdapterError: the adapter left a wrong table.
    """
    zone = project.settings.zone_of(source)
    manifest = Manifest(con, source)
    feeds_before, feeds = follow_watermarks(con, project, source, adapter, manifest)
    before, after = _marks(feeds_before), _marks(feeds)
    no_longer_waited_for = _days_of_waiting(zone, feeds_before, feeds, now)
    watermarks = {feed.name: feed.watermark_at for feed in feeds}
    people = known_names(con, project)
    states = stored_states(con, source)

    def version() -> str:
        """As far as the names met so far can make a difference."""
        met = names_met(con, project, manifest) if people else set()
        return derive_hash(
            project,
            source,
            adapter,
            read_with=states.get(relation_of("raw", source)),
            config=loaded.config,
            feeds=sorted(watermarks),
            people=names_that_count(people, met),
        )

    staging, reference = relation_of("staging", source), relation_of("reference", source)
    full = full or loaded.is_reread or states.get(staging) != version()
    thresholds = thresholds_hash(project)
    same = states.get(reference) == thresholds
    if same and not (full or loaded.parts or no_longer_waited_for) and before == after:
        return Changed()
    dropped = set[date]()
    if full:
        dropped = manifest.days(lake.STAGING)
        manifest.forget_all(lake.STAGING, lake.MEMORY)
    ctx = DeriveContext(
        source=source,
        settings=project.settings.sources[source],
        defaults=project.settings.defaults,
        queues=project.settings.queues,
        zone=zone,
        options=project.settings.sources[source].options,
        landing=project.landing(source),
        config=loaded.config,
        watermark_at=max(watermarks.values(), default=_NO_LINES_YET),
        watermarks=watermarks,
        people=people,
    )
    offsets = zone_offsets([zone], FIRST_YEAR, now.year + 1).select("from_utc", "offset_s").rows()
    contracts = {name: c for name, c in load_contracts().items() if name in adapter.tables}
    with open_workspace(
        con, project, source, adapter, manifest=manifest, contracts=contracts, offsets=offsets
    ) as space:
        since = _days_between(zone, before, after) + no_longer_waited_for
        changed = _derive(space, ctx, loaded, since=since, full=full)
    changed.is_full = full
    changed.contact_days |= dropped
    changed.agent_days |= dropped
    manifest.store()
    _note_dirty(con, source, changed, "derived anew" if full else "new lines")
    store_states(con, {staging: (version(), changed.n_rows), reference: (thresholds, 0)}, now)
    reached("ingest.refreshed")
    return changed


def _derive(
    space: Workspace, ctx: DeriveContext, loaded: Loaded, *, since: list[_Days], full: bool
) -> Changed:
    changed = Changed()
    loads = set(loaded.load_ids)
    new_paths = {
        feed: space.raw_files(feed, lambda file: full or file.load_id in loads)
        for feed in space.adapter.raw_tables
    }
    changed.reference_tables = _derive_reference(space, ctx, new_paths)
    remember_names(space, new_paths)
    if not ctx.watermarks and not space.adapter.untimed_feeds:
        return changed
    of_contacts = contacts.derive_contacts(space, ctx, new_paths, full=full)
    spans = of_contacts.agent_spans
    touched = (
        _days_of_lines(space, ctx, new_paths)
        | of_contacts.all_days("handle_segment", "agent_offer")
        | contacts.span_days(since)
    )
    if full and touched:
        touched = contacts.span_days([(min(touched), max(touched))])
    of_agents = agents.derive_agents(space, ctx, touched)
    changed.contact_days = of_contacts.all_days()
    changed.agent_days = of_agents.days | contacts.span_days([*since, *spans])
    changed.n_contacts = of_contacts.n_contacts
    changed.n_agent_days = of_agents.n_days
    changed.n_rows = of_contacts.n_rows + of_agents.n_rows
    return changed


def _derive_reference(
    space: Workspace, ctx: DeriveContext, new_paths: dict[str, list[str]]
) -> set[str]:
    """Fold new lines into the reference and memory tables; leaves them as `work_<table>`.

    Returns:
        The reference tables that changed.
    """
    references = space.of_unit("reference")
    memory = space.adapter.memory_tables
    for name, types in memory.items():
        space.table(f"work_{name}", recall_sql(space, name, types))
    for contract in references:
        space.table(f"work_{contract.table}", space.staging_sql(contract.table))
    for table in space.adapter.standing_tables:
        space.view(f"staging_{table}", space.staging_sql(table))
    for feed, paths in new_paths.items():
        space.view(f"raw_{feed}", space.raw_sql(feed, paths))
    space.adapter.derive_reference(space.work, ctx)
    asked = names_in(space.adapter.extra_touched_sql() or "")
    changed = {contract.table for contract in references if _renew(space, ctx, contract, asked)}
    for name, types in memory.items():
        columns = ", ".join(f"cast({c} as {kind}) as {c}" for c, kind in types.items())
        _take_over(space, name, f"select {columns} from out_{name}", asked)
        keep_memory(space, name, f"from work_{name}", types)
    # What is not asked for later would take memory.
    space.forget_out("reference")
    reached("ingest.reference")
    return changed


def _renew(space: Workspace, ctx: DeriveContext, contract: Contract, asked: set[str]) -> bool:
    """Replace a reference table if it is not as it was; whether it is not."""
    work = f"work_{contract.table}"
    space.stamp(contract, "fresh_rows", ctx.zone)
    current = work if space.standing(contract.table) else None
    is_changed = bool(differing_days(space, contract, "fresh_rows", current))
    if is_changed:
        replace_days(space, contract, [None], "from fresh_rows")
    _take_over(space, contract.table, "from fresh_rows", asked)
    return is_changed


def _take_over(space: Workspace, name: str, rows_sql: str, asked: set[str]) -> None:
    """Put rows in as `work_<name>`; what that was is `before_<name>`, if anybody asks for it."""
    if f"before_{name}" in asked:
        space.rename(f"work_{name}", f"before_{name}")
    space.table(f"work_{name}", rows_sql)


def _days_of_lines(
    space: Workspace, ctx: DeriveContext, new_paths: dict[str, list[str]]
) -> set[date]:
    """Local days of new lines, but for those of plans and of what holds for all time.

    The latter stand at the beginning of time: no agent did anything on the days since then.
    """
    timed = {f: paths for f, paths in new_paths.items() if f not in space.adapter.untimed_feeds}
    if not timed:
        return set()
    lines = " union all ".join(
        f"select line_at from ({space.raw_sql(feed, paths)})" for feed, paths in timed.items()
    )
    rows = space.values(
        f"""
        select distinct (l.line_at + to_seconds(z.offset_s))::date
        from ({lines}) l asof join zone_offset z on l.line_at >= z.from_utc
        """
    )
    return {day for (day,) in rows}


def _days_between(zone: str, before: _Marks, after: _Marks) -> list[_Days]:
    """The days that each mark that moved went over: carried rows and agents' spans end there."""
    return [
        (local_day(zone, min(old or new, new)), local_day(zone, max(old or new, new)))
        for old, new in zip(before, after, strict=True)
        if new is not None and old != new
    ]


def _days_of_waiting(
    zone: str, before: Sequence[Feed], after: Sequence[Feed], now: datetime
) -> list[_Days]:
    """The days of others that waited for a source, where it was retired or came back."""
    newest, _ = _marks(after)
    was, is_now = (any(feed.is_retired for feed in feeds) for feeds in (before, after))
    if newest is None or was == is_now or not before:
        return []
    return [(local_day(zone, newest), max(local_day(zone, newest), local_day(zone, now)))]


def _marks(feeds: Sequence[Feed]) -> _Marks:
    """How far a source has been read, and how far those of its feeds that tell of agents."""
    newest = max((feed.watermark_at for feed in feeds), default=None)
    of_agents = (feed.watermark_at for feed in feeds if feed.is_agent_feed)
    return newest, max(of_agents, default=newest)


def forget_source(con: duckdb.DuckDBPyConnection, source: str) -> set[date]:
    """Take all of a source out of ops; the local days it had, which become dirty."""
    days = Manifest(con, source).days(lake.STAGING)
    for table in ("lake_manifest", "load_file", "quarantine", "feed_watermark"):
        con.execute(f"delete from ops.{table} where source = ?", [source])
    forget_states(con, source)
    _note_dirty(con, source, Changed(set(days), set(days)), "no longer a source")
    return days


def _note_dirty(con: duckdb.DuckDBPyConnection, source: str, changed: Changed, cause: str) -> None:
    """Add the changed days to `ops.dirty_day`."""
    cause = f"{source}: {cause}"
    rows = [
        (day, unit, cause)
        for unit, days in (("contact", changed.contact_days), ("agent", changed.agent_days))
        for day in sorted(days)
    ]
    if not rows:
        return
    known = set(con.execute("select local_date, unit, cause from ops.dirty_day").fetchall())
    types = table_columns("dirty_day").values()
    insert_rows(con, "ops.dirty_day", [row for row in rows if row not in known], types=types)
