"""Deriving agents' days: from the first day touched until what is carried over is as it was."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from assets.ingest.adapter import DeriveContext
from assets.ingest.calendar import local_day, local_midnight
from assets.ingest.errors import AdapterError
from assets.ingest.replacing import days_sql, differences_sql, differing_days, replace_days
from assets.ingest.workspace import Workspace, overlaps
from pipelines.sql_models.contracts import Contract
from pipelines.storage import lake
from pipelines.storage.steps import reached

MAX_DAYS = 31
MAX_LINES = 4_000_000
"""No more lines, by average, than this are derived at once."""
_BEFORE = timedelta(hours=1)
_DAY = timedelta(days=1)
_EVENTS = "agent_event"
_SECONDARY = {"work_segment": "handle_segment", "work_offer": "agent_offer"}


@dataclass
class AgentChanges:
    """Days on which agents' rows changed."""

    days: set[date] = field(default_factory=set)
    n_days: int = 0
    """Days derived."""
    n_rows: int = 0
    """Rows written."""


@dataclass(frozen=True)
class _Stretch:
    """Local days to derive at once: `first` to before `end`."""

    first: date
    end: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day < self.end


def derive_agents(space: Workspace, ctx: DeriveContext, touched: Iterable[date]) -> AgentChanges:
    """Derive the touched days and, after each, the days whose standing at midnight changes by it.

    Args:
        space: workspace with `work_*` of the reference tables; contacts are derived.
        ctx: for the adapter.
        touched: local days with new lines or changed contacts, and those since the last watermark.
    """
    changes = AgentChanges()
    if not space.of_unit("agent"):
        return changes
    last = local_day(ctx.zone, ctx.watermark_at)
    todo = sorted(day for day in set(touched) if day <= last)
    limit, length = _days_at_once(space), 1
    is_handed = False
    day = todo[0] if todo else None
    while day is not None:
        ahead = _run_length(day, todo)
        length = min(limit, ahead or 2 * length)
        stretch = _Stretch(day, min(day + length * _DAY, last + _DAY))
        _derive(space, ctx, stretch, changes, is_handed=is_handed)
        is_handed = stretch.end <= last and not _is_as_before(space, stretch.end)
        if is_handed:
            day = stretch.end
        else:
            day = next((d for d in todo if d >= stretch.end), None)
            length = 1
        reached("ingest.agents")
    return changes


def _run_length(day: date, todo: list[date]) -> int:
    """How many days from this one on are all touched."""
    touched, n_days = set(todo), 0
    while day + n_days * _DAY in touched:
        n_days += 1
    return n_days


def _days_at_once(space: Workspace) -> int:
    untimed = space.adapter.untimed_feeds
    every = space.manifest.files(lake.RAW)
    files = [file for file in every if file.table_name not in untimed]
    times = [(f.first_at, f.last_at) for f in files if f.first_at and f.last_at]
    if not times:
        return 1
    n_days = (max(t[1] for t in times) - min(t[0] for t in times)).days + 1
    per_day = max(1, sum(file.n_rows for file in files) // n_days)
    return max(1, min(MAX_DAYS, MAX_LINES // per_day))


def _derive(
    space: Workspace,
    ctx: DeriveContext,
    stretch: _Stretch,
    changes: AgentChanges,
    *,
    is_handed: bool,
) -> None:
    """Derive a stretch and replace its days that differ; leaves `handed_rows` for the next."""
    start, stop = local_midnight(ctx.zone, stretch.first), local_midnight(ctx.zone, stretch.end)
    _put_in_lines(space, start - _BEFORE, stop)
    rows = "handed_rows"
    if not is_handed:
        rows = f"({space.staging_sql(_EVENTS, lambda f: f.local_date == stretch.first)})"
    space.table("work_standing", f"from {rows} where is_carried")
    near = _Stretch(stretch.first - _DAY, stretch.end)
    for name, table in _SECONDARY.items():
        space.table(name, space.staging_sql(table, lambda f: near.holds(f.local_date)))
    space.adapter.derive_agents(space.work, replace(ctx, from_at=start, until_at=stop))
    for contract in space.of_unit("agent"):
        space.stamp(contract, "derived_rows", ctx.zone)
        _split(space, contract, stretch)
        current = None
        if space.standing(contract.table, lambda f: stretch.holds(f.local_date)):
            rows = space.staging_sql(contract.table, lambda f: stretch.holds(f.local_date))
            current = f"({rows})"
        differing = differing_days(space, contract, "fresh_rows", current)
        if differing:
            rows = f"from fresh_rows where {days_sql(differing)}"
            changes.n_rows += replace_days(space, contract, differing, rows)
            changes.days |= differing
    space.forget_out("agent")
    changes.n_days += (stretch.end - stretch.first).days


def _split(space: Workspace, contract: Contract, stretch: _Stretch) -> None:
    """Part `derived_rows` into `fresh_rows` of the stretch and `handed_rows` at its end.

    Raises:
        AdapterError: rows lie elsewhere.
    """
    inside = f"local_date >= date '{stretch.first}' and local_date < date '{stretch.end}'"
    space.view("fresh_rows", f"from derived_rows where {inside}")
    handed = "false"
    if contract.table == _EVENTS:
        handed = f"local_date = date '{stretch.end}' and is_carried"
        space.table("handed_rows", f"from derived_rows where {handed}")
    sql = f"select local_date from derived_rows where not ({inside}) and not ({handed}) limit 1"
    if stray := space.work.execute(sql).fetchone():
        raise AdapterError(
            f"{space.adapter.kind}: out_{contract.table} has a row of {stray[0]}, "
            f"outside {stretch.first} to {stretch.end}"
        )


def _put_in_lines(space: Workspace, start: datetime, stop: datetime) -> None:
    """Put in `raw_<feed>` of what tells of agents, with the lines of a stretch of time."""
    for feed in sorted(space.adapter.agent_feeds):
        paths = space.raw_files(feed, lambda file: overlaps(file, [(start, stop)]))
        space.distinct_lines(
            feed,
            paths,
            "where line_at >= $start and line_at < $stop",
            {"start": start, "stop": stop},
        )


def _is_as_before(space: Workspace, day: date) -> bool:
    """Whether what a stretch hands over at midnight is what stands there already."""
    rows = space.staging_sql(_EVENTS, lambda file: file.local_date == day)
    events, stands = space.contracts[_EVENTS], f"(from ({rows}) where is_carried)"
    return not space.values(differences_sql(events, "handed_rows", stands, "1") + " limit 1")
