"""The tables of parts: what the metrics add up, one wide row per scope and period.

Each fact is read once and added up where all scopes of its rows agree; the scopes are then added
up from there.
"""

from collections.abc import Callable, Iterable
from textwrap import indent

from pipelines.sql_models.kpi_sources import NONE, SOURCES, Source
from pipelines.sql_models.metrics import Metric
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.parts import Aggregate, Parts

OWNER = "team:analytics"

SCOPES = ("all", "queue", "queue_group", "channel", "direction", "site")
"""Scopes other than agents, whose quarter hours are in core.fact_agent_state_interval."""

_SCOPE_COLUMNS = "queue_scope, group_scope, channel_scope, direction_scope, site_scope"


def interval_parts(metrics: list[Metric], parts: Parts) -> SqlModel:
    """`marts.kpi_interval_parts`: per quarter hour and scope."""
    found = [a for a in _needed(metrics, parts, _is_of_period) if a.fold != "rows"]
    steps = [_REPORTING, _scopes()]
    for source, own in _by_source(found):
        steps += [_rows(source), _cells(source, own), _totals(source, own)]
    keys = ("scope_kind", "scope_id", "local_date", "interval_start")
    sql = _side_by_side(steps, keys, found)
    return _table(
        "kpi_interval_parts",
        sql,
        "What the metrics add up, per quarter hour and scope other than agents. Read kpi_interval "
        "for metrics; this is what it is made of.",
        keys,
        found,
    )


def day_parts(metrics: list[Metric], parts: Parts) -> SqlModel:
    """`marts.kpi_day_parts`: the quarter hours of a day, and percentiles from the rows."""
    found = _needed(metrics, parts, _is_of_period)
    summed = [a for a in found if a.fold != "rows"]
    stored = [a for a in found if a.fold == "rows"]
    steps = [_added(summed)]
    joins = ""
    if stored:
        steps = [_REPORTING, _scopes(), *steps]
    for source, own in _by_source(stored):
        steps += [_rows(source), *_stored(source, own)]
        joins += (
            f"\nleft join {source.name}"
            f"\n    on {source.name}.scope_kind = added.scope_kind"
            f"\n    and {source.name}.scope_id = added.scope_id"
            f"\n    and {source.name}.local_date = added.local_date"
        )
    columns = [
        *(f"added.{name}" for name in ("scope_kind", "scope_id", "local_date", "zone")),
        *(_whole(a, f"added.{a.name}") for a in summed),
        *(f"{SOURCES[a.source].name}.{a.name}" for a in stored),
    ]
    return _table(
        "kpi_day_parts",
        f"with {_listed(steps)}\n\nselect\n{_lines(columns)}\nfrom added{joins}",
        "What the metrics add up, per local day and scope other than agents; percentiles are "
        "taken from the rows. Read kpi_day for metrics; this is what it is made of.",
        ("scope_kind", "scope_id", "local_date"),
        found,
    )


def agent_day_parts(metrics: list[Metric], parts: Parts) -> SqlModel:
    """`marts.kpi_agent_day_parts`: per agent and local day."""
    found = _needed(metrics, parts, lambda metric: "agent" in metric.scopes)
    steps = [step for source, own in _by_source(found) for step in _agent_rows(source, own)]
    keys = ("scope_kind", "scope_id", "local_date")
    return _table(
        "kpi_agent_day_parts",
        _side_by_side(steps, keys, found),
        "What the metrics add up, per agent and local day. Read kpi_day for metrics; this is what "
        "it is made of.",
        keys,
        found,
    )


def still_open(source: str) -> Aggregate | None:
    """The count of a fact's rows that are not over, if they can be."""
    condition = SOURCES[source].still_open
    if condition is None:
        return None
    credit = "transfer" if source.endswith("_transfer") else "last"
    return Aggregate(
        name=f"open_{SOURCES[source].name}s",
        fact=source.removesuffix("_transfer"),
        credit=credit,
        sql=f"count(*) filter (where {condition})",
        fold="sum",
    )


def _is_of_period(metric: Metric) -> bool:
    return bool(set(metric.scopes) & set(SCOPES))


def _needed(metrics: list[Metric], parts: Parts, fits: Callable[[Metric], bool]) -> list[Aggregate]:
    """The aggregates of the metrics that fit, and the counts of what is still open."""
    wanted = {a for m in metrics if fits(m) for part in m.parts for a in parts.of(part)}
    found = [a for a in parts.all if a in wanted]
    unfinished = (still_open(name) for name in SOURCES if any(a.source == name for a in found))
    return found + [a for a in unfinished if a]


def _by_source(found: list[Aggregate]) -> list[tuple[Source, list[Aggregate]]]:
    grouped = [(SOURCES[name], [a for a in found if a.source == name]) for name in SOURCES]
    return [(source, own) for source, own in grouped if own]


def _table(
    name: str, sql: str, description: str, grain: tuple[str, ...], found: list[Aggregate]
) -> SqlModel:
    columns = {a.name: f"{a.sql}, over {SOURCES[a.source].relation}." for a in found}
    header = Header(
        description=description,
        owner=OWNER,
        grain=grain,
        materialization="daily",
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


def _folded(aggregates: Iterable[Aggregate]) -> list[str]:
    return [f"{a.fold}({a.name}) as {a.name}" for a in aggregates]


def _whole(aggregate: Aggregate, column: str) -> str:
    """A sum or a count in its type, 0 where there were no rows; a maximum stays empty."""
    if aggregate.fold == "max":
        return column
    # Squared seconds have six decimals; all else is whole.
    kind = "decimal(38, 6)" if "ms_to_s" in aggregate.sql else "bigint"
    return f"coalesce(cast({column} as {kind}), 0) as {aggregate.name}"


# The whole centre counts its days in a zone of its own, where it has set one.
_REPORTING = """reporting as (
    select interval_start, local_date, zone
    from core.dim_interval
    where is_reporting_zone
)"""


def _scopes() -> str:
    first, *others = (f"select '{kind}'" for kind in SCOPES)
    return "scope as (\n    " + "\n    union all ".join([f"{first} as scope_kind", *others]) + "\n)"


def _rows(source: Source) -> str:
    columns = [
        f"{source.queue} as queue_scope",
        f"{source.group} as group_scope",
        f"{source.channel} as channel_scope",
        f"{source.direction} as direction_scope",
        f"{source.site} as site_scope",
    ]
    return f"""{source.name}_row as (
    select
        f.*,
{_lines(columns, 8)}
    from {source.relation} as f
    inner join ops.build_window as w on f.local_date between w.scan_from and w.scan_to
{indent(source.joins, "    ")}
)"""


def _cells(source: Source, own: list[Aggregate]) -> str:
    keys = f"interval_start, local_date, zone,\n        {_SCOPE_COLUMNS}"
    return f"""{source.name}_cell as (
    select
        {keys},
{_lines(_named(own), 8)}
    from {source.name}_row
    group by
        {keys}
)"""


def _scoped(source: Source, rows: str) -> str:
    return f"""{source.name}_scoped as (
    select
        c.*,
        s.scope_kind,
        case s.scope_kind
            when 'all' then 'all'
            when 'queue' then c.queue_scope
            when 'queue_group' then c.group_scope
            when 'channel' then c.channel_scope
            when 'direction' then c.direction_scope
            when 'site' then c.site_scope
        end as scope_id,
        case
            when s.scope_kind = 'all' then coalesce(r.local_date, c.local_date)
            else c.local_date
        end as period_date,
        case when s.scope_kind = 'all' then coalesce(r.zone, c.zone) else c.zone end as period_zone
    from {rows} as c
    left join reporting as r on r.interval_start = c.interval_start
    cross join scope as s
    -- What the centre began itself is told apart, never mixed with what came in.
    where s.scope_kind = 'direction' or coalesce(c.direction_scope, '') <> 'outbound'
)"""


def _totals(source: Source, own: list[Aggregate]) -> str:
    return f"""{_scoped(source, f"{source.name}_cell")},

{source.name} as (
    select
        scope_kind,
        scope_id,
        period_date as local_date,
        interval_start,
        min(period_zone) as zone,
{_lines(_folded(own), 8)}
    from {source.name}_scoped
    where scope_id is not null
    group by scope_kind, scope_id, period_date, interval_start
)"""


def _stored(source: Source, own: list[Aggregate]) -> list[str]:
    return [
        _scoped(source, f"{source.name}_row"),
        f"""{source.name} as (
    select
        scope_kind,
        scope_id,
        period_date as local_date,
{_lines(_named(own), 8)}
    from {source.name}_scoped
    where scope_id is not null
    group by scope_kind, scope_id, period_date
)""",
    ]


def _added(summed: list[Aggregate]) -> str:
    return f"""added as (
    select
        k.scope_kind,
        k.scope_id,
        k.local_date,
        min(k.zone) as zone,
{_lines([f"{a.fold}(k.{a.name}) as {a.name}" for a in summed], 8)}
    from marts.kpi_interval_parts as k
    inner join ops.build_window as w on k.local_date between w.from_date and w.to_date
    group by k.scope_kind, k.scope_id, k.local_date
)"""


def _agent_rows(source: Source, own: list[Aggregate]) -> list[str]:
    condition = "" if source.direction == NONE else "\n    where f.direction <> 'outbound'"
    return [
        f"""{source.name}_row as (
    select f.*, {source.agent} as scope_id
    from {source.relation} as f
    inner join ops.build_window as w on f.local_date between w.from_date and w.to_date{condition}
)""",
        f"""{source.name} as (
    select
        'agent' as scope_kind,
        scope_id,
        local_date,
        min(zone) as zone,
{_lines(_named(own), 8)}
    from {source.name}_row
    where scope_id is not null
    group by scope_id, local_date
)""",
    ]


def _side_by_side(steps: list[str], keys: tuple[str, ...], found: list[Aggregate]) -> str:
    """Totals of several facts in one row, a row wherever any of them has one."""
    names = [source.name for source, _ in _by_source(found)]
    union = "\n    union\n".join(f"    select {', '.join(keys)} from {name}" for name in names)
    period = f"period as (\n{union}\n)"
    joins = "\n".join(
        f"left join {name}\n    on "
        + "\n    and ".join(f"{name}.{key} = period.{key}" for key in keys)
        for name in names
    )
    zones = ", ".join(f"{name}.zone" for name in names)
    columns = [
        *(f"period.{key}" for key in keys),
        f"least({zones}) as zone",
        *(_whole(a, f"{SOURCES[a.source].name}.{a.name}") for a in found),
    ]
    return f"""with {_listed([*steps, period])}

select
{_lines(columns)}
from period
inner join ops.build_window as w on period.local_date between w.from_date and w.to_date
{joins}"""
