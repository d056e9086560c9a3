"""The tables of parts: what the metrics add up, one wide row per scope and period.

Each fact is read once and added up where all scopes of its rows agree; the scopes are then added
up from there.
"""

from collections.abc import Iterable
from textwrap import indent

from pipelines.sql_models.counting import DAY_SCOPES, INTERVAL_SCOPES, Period, ScopeKind
from pipelines.sql_models.kpi_sources import Source
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.parts import Aggregate
from pipelines.sql_models.registry import Registry

OWNER = "team:analytics"

_KEYS = ("scope_kind", "scope_id", "local_date")
_PERIOD = {
    "day": "period_date",
    "week": "monday_of(period_date)",
    "month": "first_of_month(period_date)",
}
"""First day of the period that a local day is in."""


def interval_parts(registry: Registry) -> SqlModel:
    """`marts.kpi_interval_parts`: per quarter hour and scope."""
    found = [
        a for a in registry.needed(INTERVAL_SCOPES)
        if a.fold in ("sum", "max", "clock") and registry.has_intervals(a)
    ]  # fmt: skip
    steps = [_REPORTING, _kinds("scope", INTERVAL_SCOPES)]
    for source, own in registry.by_source(found):
        kinds = registry.kinds(source, INTERVAL_SCOPES)
        steps += [_rows(source), _cells(source, own), _totals(source, own, kinds)]
    return _table(
        "kpi_interval_parts",
        _side_by_side(registry, steps, found),
        "What the metrics add up, per quarter hour and scope. Agents and what hangs on them have "
        "days alone. Read kpi_interval for metrics; this is what it is made of.",
        grain=(*_KEYS, "interval_start"),
        columns=_described(registry, found, "day"),
    )


def period_parts(registry: Registry, grain: Period) -> SqlModel:
    """`marts.kpi_day_parts`, `_week_parts` or `_month_parts`: per scope and local day, week, month.

    What can be added up comes from the next shorter period, the rest from the facts' rows.
    """
    found = registry.needed((*INTERVAL_SCOPES, *DAY_SCOPES))
    added = [a for a in found if _is_added(registry, a, grain)]
    steps = [_REPORTING, _kinds("scope", INTERVAL_SCOPES), _kinds("day_scope", DAY_SCOPES)]
    steps.append(_added(added, grain))
    of_days = set(registry.needed(DAY_SCOPES))
    sides: dict[str, list[Aggregate]] = {"added": added}
    for source, own in registry.by_source(found):
        rows = [a for a in own if a not in added]
        detail = [a for a in (own if grain == "day" else rows) if a in of_days]
        counted = _counted(registry, source, rows, detail, grain)
        if counted:
            steps.append(_rows(source))
        for side, text, aggregates in counted:
            steps.append(text)
            sides[side] = aggregates
    words = {"day": "local day", "week": "week (Monday to Sunday)", "month": "calendar month"}
    return _table(
        f"kpi_{grain}_parts",
        _joined(steps, sides, found),
        f"What the metrics add up, per {words[grain]} and scope; percentiles are taken from the "
        f"rows. Read kpi_{grain} for metrics; this is what it is made of.",
        grain=_KEYS,
        columns=_described(registry, found, grain),
        period=grain,
    )


def _is_added(registry: Registry, aggregate: Aggregate, grain: Period) -> bool:
    """It is made of the next shorter period's; on days, for scopes that have quarter hours."""
    if aggregate.fold == "rows":
        return False
    return grain != "day" or (registry.has_intervals(aggregate) and aggregate.fold != "last")


def _counted(
    registry: Registry,
    source: Source,
    rows: list[Aggregate],
    detail: list[Aggregate],
    grain: Period,
) -> list[tuple[str, str, list[Aggregate]]]:
    """What is counted from a fact's rows: name, SQL and aggregates of each step.

    Args:
        registry: which scopes metrics ask for.
        source: the fact.
        rows: aggregates for scopes that have quarter hours.
        detail: aggregates for scopes that have days alone.
        grain: of the table.
    """
    if not registry.kinds(source, DAY_SCOPES):
        detail = []
    # Quarter hours that several cells share are counted from the rows.
    stored = [a for a in detail if a.fold in ("rows", "clock")]
    sums = [a for a in detail if a not in stored]
    name, period = source.name, _PERIOD[grain]
    kinds, day_kinds = (registry.kinds(source, all_) for all_ in (INTERVAL_SCOPES, DAY_SCOPES))
    steps = []
    if rows:
        text = _scoped(source, f"{name}_row", kinds) + ",\n\n"
        text += _of_period(name, _named(rows), period)
        steps.append((name, text, rows))
    if sums:
        text = f"{_day_cells(source, sums)},\n\n"
        text += _day_scoped(source, "sums", day_kinds) + ",\n\n"
        text += _of_period(f"{name}_sums", _summed(sums), period)
        steps.append((f"{name}_sums", text, sums))
    if stored:
        text = _day_scoped(source, "stored", day_kinds) + ",\n\n"
        steps.append(
            (f"{name}_stored", text + _of_period(f"{name}_stored", _named(stored), period), stored)
        )
    return steps


def _described(registry: Registry, found: list[Aggregate], grain: Period) -> dict[str, str]:
    columns = {a.name: f"{a.sql}, over core.{registry.sources[a.source].fact}." for a in found}
    return columns | ({"local_date": f"First day of the {grain}."} if grain != "day" else {})


def _table(
    name: str,
    sql: str,
    description: str,
    *,
    grain: tuple[str, ...],
    columns: dict[str, str],
    period: Period = "day",
) -> SqlModel:
    header = Header(
        description=description,
        owner=OWNER,
        grain=grain,
        materialization="daily",
        period=period,
        columns={column: Column(description=text) for column, text in columns.items()},
    )
    return SqlModel("marts", name, header, sql)


# --- text ---------------------------------------------------------------------------------------


def _lines(items: Iterable[str], spaces: int = 4) -> str:
    return indent(",\n".join(items), " " * spaces)


def _listed(steps: Iterable[str]) -> str:
    return ",\n\n".join(steps)


def _named(aggregates: Iterable[Aggregate]) -> list[str]:
    return [f"{a.sql} as {a.name}" for a in aggregates]


def _summed(aggregates: Iterable[Aggregate]) -> list[str]:
    """Several cells' parts of one period and scope."""
    return [f"{a.over_cells}({a.name}) as {a.name}" for a in aggregates]


def _folded(aggregates: Iterable[Aggregate]) -> list[str]:
    """Several days' parts of one longer period; a stock is that of its last day."""
    return [
        f"sum(case when k.local_date = e.last_date then k.{a.name} end) as {a.name}"
        if a.fold == "last"
        else f"{a.over_periods}(k.{a.name}) as {a.name}"
        for a in aggregates
    ]


def _whole(aggregate: Aggregate, *columns: str) -> str:
    """A sum or a count in its type, 0 where there were no rows; what is stored stays empty."""
    column = columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"
    if aggregate.fold in ("max", "rows"):
        return column if column.endswith(f".{aggregate.name}") else f"{column} as {aggregate.name}"
    return f"coalesce(cast({column} as {aggregate.kind}), 0) as {aggregate.name}"


# The whole centre counts its days in a zone of its own, where it has set one.
_REPORTING = """reporting as (
    select interval_start, local_date, zone
    from core.dim_interval
    where is_reporting_zone
)"""


def _kinds(name: str, kinds: tuple[ScopeKind, ...]) -> str:
    first, *others = (f"select '{kind}'" for kind in kinds)
    return (
        f"{name} as (\n    " + "\n    union all ".join([f"{first} as scope_kind", *others]) + "\n)"
    )


def _scope_columns(source: Source, kinds: Iterable[ScopeKind]) -> list[str]:
    return [f"{kind}_scope" for kind in kinds if kind in source.counting.scopes]


def _rows(source: Source) -> str:
    """The rows of a fact with a column for each scope they are in, a week before and after too."""
    counting = source.counting
    columns = [f"{text} as {kind}_scope" for kind, text in counting.scopes.items()]
    joins = f"\n{indent(counting.joins, '    ')}" if counting.joins else ""
    return f"""{source.name}_row as (
    select
{_lines(["f.*", *columns], 8)}
    from core.{source.fact} as f
    inner join ops.build_window as w on f.local_date between w.scan_from and w.scan_to{joins}
)"""


def _cells(source: Source, own: list[Aggregate]) -> str:
    keys = ["interval_start", "local_date", "zone", *_scope_columns(source, INTERVAL_SCOPES)]
    return f"""{source.name}_cell as (
    select
{_lines([*keys, *_named(own)], 8)}
    from {source.name}_row
    group by {", ".join(keys)}
)"""


def _day_cells(source: Source, own: list[Aggregate]) -> str:
    keys = ["local_date", "zone", *_scope_columns(source, ("direction", *DAY_SCOPES))]
    return f"""{source.name}_day_cell as (
    select
{_lines([*keys, *_named(own)], 8)}
    from {source.name}_row
    group by {", ".join(keys)}
)"""


def _case(kinds: Iterable[ScopeKind]) -> str:
    return "\n".join(
        f"            when '{kind}' then "
        + ("'all'" if kind == "all" else f"cast(c.{kind}_scope as varchar)")
        for kind in kinds
    )


def _quoted(kinds: Iterable[ScopeKind]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def _inbound(source: Source, told_apart: str) -> str:
    """What the centre began itself is told apart, never mixed with what came in."""
    if "direction" not in source.counting.scopes:
        return ""
    return (
        "\n    -- What the centre began itself is told apart, never mixed with what came in."
        f"\n    where s.scope_kind = '{told_apart}'"
        " or coalesce(c.direction_scope, '') <> 'outbound'"
    )


def _scoped(source: Source, rows: str, kinds: list[ScopeKind]) -> str:
    """A row for each scope that has quarter hours; the centre's days are of its own zone."""
    # Not called scope_kind before it is grouped by: a fact may have such a column.
    day, zone, join = "c.local_date", "c.zone", ""
    if source.counting.finest == "interval":
        day = (
            "case\n            when s.scope_kind = 'all' then "
            "coalesce(r.local_date, c.local_date)\n            else c.local_date\n        end"
        )
        zone = "case when s.scope_kind = 'all' then coalesce(r.zone, c.zone) else c.zone end"
        join = "\n    left join reporting as r on r.interval_start = c.interval_start"
    return f"""{source.name}_scoped as (
    select
        c.*,
        s.scope_kind as counted_kind,
        case s.scope_kind
{_case(kinds)}
        end as counted_id,
        {day} as period_date,
        {zone} as period_zone
    from {rows} as c{join}
    inner join scope as s on s.scope_kind in ({_quoted(kinds)}){_inbound(source, "direction")}
)"""


def _totals(source: Source, own: list[Aggregate], kinds: list[ScopeKind]) -> str:
    return f"""{_scoped(source, f"{source.name}_cell", kinds)},

{source.name} as (
    select
        counted_kind as scope_kind,
        counted_id as scope_id,
        period_date as local_date,
        interval_start,
        min(period_zone) as zone,
{_lines(_summed(own), 8)}
    from {source.name}_scoped
    where counted_id is not null
    group by counted_kind, counted_id, period_date, interval_start
)"""


def _day_scoped(source: Source, step: str, kinds: list[ScopeKind]) -> str:
    """A row for each scope that has days alone; days are those of the fact."""
    table = f"{source.name}_day_cell" if step == "sums" else f"{source.name}_row"
    return f"""{source.name}_{step}_scoped as (
    select
        c.*,
        s.scope_kind as counted_kind,
        case s.scope_kind
{_case(kinds)}
        end as counted_id,
        c.local_date as period_date,
        c.zone as period_zone
    from {table} as c
    inner join day_scope as s on s.scope_kind in ({_quoted(kinds)}){_inbound(source, "campaign")}
)"""


def _of_period(step: str, columns: list[str], period: str) -> str:
    return f"""{step} as (
    select
        counted_kind as scope_kind,
        counted_id as scope_id,
        {period} as local_date,
        min(period_zone) as zone,
{_lines(columns, 8)}
    from {step}_scoped
    where counted_id is not null
    group by counted_kind, counted_id, {period}
)"""


def _added(added: list[Aggregate], grain: Period) -> str:
    """The next shorter period's parts, added up."""
    table = "kpi_interval_parts" if grain == "day" else "kpi_day_parts"
    period = _PERIOD[grain].replace("period_date", "k.local_date")
    ends = join = ""
    if any(a.fold == "last" for a in added):
        # The last day of any scope: where nothing is left, there is no row.
        ends = f"""ends as (
    select {period} as period_start, max(k.local_date) as last_date
    from marts.{table} as k
    inner join ops.build_window as w on k.local_date between w.from_date and w.to_date
    group by {period}
),

"""
        join = f"\n    inner join ends as e on e.period_start = {period}"
    return f"""{ends}added as (
    select
        k.scope_kind,
        k.scope_id,
        {period} as local_date,
        min(k.zone) as zone,
{_lines(_folded(added), 8)}
    from marts.{table} as k
    inner join ops.build_window as w on k.local_date between w.from_date and w.to_date{join}
    group by k.scope_kind, k.scope_id, {period}
)"""


def _side_by_side(registry: Registry, steps: list[str], found: list[Aggregate]) -> str:
    """Quarter hours of several facts in one row, a row wherever any of them has one."""
    sides = {source.name: own for source, own in registry.by_source(found)}
    return _joined(steps, sides, found, (*_KEYS, "interval_start"))


def _joined(
    steps: list[str],
    sides: dict[str, list[Aggregate]],
    found: list[Aggregate],
    keys: tuple[str, ...] = _KEYS,
) -> str:
    """Steps side by side, a row wherever any of them has one."""
    union = "\n    union\n".join(f"    select {', '.join(keys)} from {name}" for name in sides)
    joins = "\n".join(
        f"left join {name}\n    on "
        + "\n    and ".join(f"{name}.{key} = period.{key}" for key in keys)
        for name in sides
    )
    zones = ", ".join(f"{name}.zone" for name in sides)
    columns = [
        *(f"period.{key}" for key in keys),
        f"least({zones}) as zone" if len(sides) > 1 else f"{zones} as zone",
        *(_whole(a, *(f"{name}.{a.name}" for name, own in sides.items() if a in own))
          for a in found),
    ]  # fmt: skip
    period = f"period as (\n{union}\n)"
    return f"""with {_listed([*steps, period])}

select
{_lines(columns)}
from period
inner join ops.build_window as w on period.local_date between w.from_date and w.to_date
{joins}"""
