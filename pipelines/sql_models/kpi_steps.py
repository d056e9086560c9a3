"""Steps of the tables of parts: common table expressions, each made from what it counts."""

from collections.abc import Iterable
from textwrap import indent

from pipelines.sql_models.counting import DAY_SCOPES, INTERVAL_SCOPES, Period, ScopeKind
from pipelines.sql_models.kpi_sources import Source
from pipelines.sql_models.parts import Aggregate
from pipelines.sql_models.registry import Registry

KEYS = ("scope_kind", "scope_id", "local_date")
PERIOD = {
    "day": "period_date",
    "week": "monday_of(period_date)",
    "month": "first_of_month(period_date)",
}
"""First day of the period that a local day is in."""


def _lines(items: Iterable[str], spaces: int = 4) -> str:
    return indent(",\n".join(items), " " * spaces)


def _listed(steps: Iterable[str]) -> str:
    return ",\n\n".join(steps)


def named(aggregates: Iterable[Aggregate]) -> list[str]:
    """Columns of aggregates over rows of a fact."""
    return [f"{a.sql} as {a.name}" for a in aggregates]


def summed(aggregates: Iterable[Aggregate]) -> list[str]:
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
REPORTING = """reporting as (
    select interval_start, local_date, zone
    from core.dim_interval
    where is_reporting_zone
),

centre as (
    select max(reporting_zone) as zone
    from ops.centre
)"""


def kinds_step(name: str, kinds: tuple[ScopeKind, ...]) -> str:
    """The kinds of scopes, a row each."""
    first, *others = (f"select '{kind}'" for kind in kinds)
    return (
        f"{name} as (\n    " + "\n    union all ".join([f"{first} as scope_kind", *others]) + "\n)"
    )


def _scope_columns(source: Source, kinds: Iterable[ScopeKind]) -> list[str]:
    return [f"{kind}_scope" for kind in kinds if kind in source.counting.scopes]


def rows_step(source: Source) -> str:
    """The rows of a fact that may be of the days asked, with a column for each of their scopes."""
    counting = source.counting
    columns = [f"{text} as {kind}_scope" for kind, text in counting.scopes.items()]
    joins = f"\n{indent(counting.joins, '    ')}" if counting.joins else ""
    return f"""{source.name}_row as (
    select
{_lines(["f.*", *columns], 8)}
    from core.{source.fact} as f
    inner join ops.build_window as w on f.local_date between w.zone_from and w.zone_to{joins}
)"""


def cells_step(source: Source, own: list[Aggregate]) -> str:
    """A fact added up per quarter hour where all scopes of its rows agree."""
    return _cells(source, "cell", ["interval_start"], INTERVAL_SCOPES, own)


def day_cells_step(source: Source, own: list[Aggregate]) -> str:
    """A fact added up per local day where all scopes of its rows agree."""
    return _cells(source, "day_cell", [], ("direction", *DAY_SCOPES), own)


def _cells(
    source: Source, step: str, instants: list[str], kinds: Iterable[ScopeKind], own: list[Aggregate]
) -> str:
    keys = [*instants, "local_date", "zone", *_scope_columns(source, kinds)]
    return f"""{source.name}_{step} as (
    select
{_lines([*keys, *named(own)], 8)}
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


def scoped_step(source: Source, rows: str, kinds: list[ScopeKind]) -> str:
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
    inbound = _inbound(source, "direction")
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
    inner join scope as s on s.scope_kind in ({_quoted(kinds)})
    inner join ops.build_window as w on {day} between w.from_date and w.to_date{inbound}
)"""


def totals_step(source: Source, own: list[Aggregate], kinds: list[ScopeKind]) -> str:
    """A fact's quarter hours added up per scope."""
    return f"""{scoped_step(source, f"{source.name}_cell", kinds)},

{source.name} as (
    select
        counted_kind as scope_kind,
        counted_id as scope_id,
        period_date as local_date,
        interval_start,
        min(period_zone) as zone,
{_lines(summed(own), 8)}
    from {source.name}_scoped
    where counted_id is not null
    group by counted_kind, counted_id, period_date, interval_start
)"""


def day_scoped_step(source: Source, step: str, kinds: list[ScopeKind]) -> str:
    """A row for each scope that has days alone; days are those of the fact."""
    table = f"{source.name}_day_cell" if step == "sums" else f"{source.name}_row"
    inbound = _inbound(source, "campaign")
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
    inner join day_scope as s on s.scope_kind in ({_quoted(kinds)})
    inner join ops.build_window as w on c.local_date between w.from_date and w.to_date{inbound}
)"""


def period_step(step: str, columns: list[str], period: str) -> str:
    """What a step before laid out per scope, added up per period."""
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


def added_step(registry: Registry, added: list[Aggregate], grain: Period) -> str:
    """The next shorter period's parts, added up."""
    table = "kpi_interval_parts" if grain == "day" else "kpi_day_parts"
    period = PERIOD[grain].replace("period_date", "k.local_date")
    ends = join = ""
    if any(a.fold == "last" for a in added):
        stocks = ", ".join(f"'{metric.id}'" for metric in registry.stocks)
        ends = f"""read_to as (
    select min(until_date) as until_date
    from marts.kpi_reach
    where metric_id in ({stocks})
),

-- The last day of any scope that was read to its end: where nothing is left, there is no row.
ends as (
    select {period} as period_start, max(k.local_date) as last_date
    from marts.{table} as k
    inner join ops.build_window as w on k.local_date between w.from_date and w.to_date
    inner join read_to as r on k.local_date <= r.until_date
    group by {period}
),

"""
        join = f"\n    left join ends as e on e.period_start = {period}"
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


def side_by_side(registry: Registry, steps: list[str], found: list[Aggregate]) -> str:
    """Quarter hours of several facts in one row, a row wherever any of them has one."""
    sides = {source.name: own for source, own in registry.by_source(found)}
    return joined(steps, sides, found, (*KEYS, "interval_start"))


def joined(
    steps: list[str],
    sides: dict[str, list[Aggregate]],
    found: list[Aggregate],
    keys: tuple[str, ...] = KEYS,
) -> str:
    """Steps side by side, a row wherever any of them has one."""
    union = "\n    union\n".join(f"    select {', '.join(keys)} from {name}" for name in sides)
    joins = "\n".join(
        f"left join {name}\n    on "
        + "\n    and ".join(f"{name}.{key} = period.{key}" for key in keys)
        for name in sides
    )
    zones = ", ".join(f"{name}.zone" for name in sides)
    own_zone = f"least({zones})" if len(sides) > 1 else zones
    columns = [
        *(f"period.{key}" for key in keys),
        "case when period.scope_kind = 'all' then coalesce(centre.zone, "
        f"{own_zone}) else {own_zone} end as zone",
        *(_whole(a, *(f"{name}.{a.name}" for name, own in sides.items() if a in own))
          for a in found),
    ]  # fmt: skip
    period = f"period as (\n{union}\n)"
    return f"""with {_listed([*steps, period])}

select
{_lines(columns)}
from period
cross join centre
{joins}"""
