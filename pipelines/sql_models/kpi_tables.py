"""The tables of parts: what the metrics add up, one wide row per scope and period.

Each fact is read once and added up where all scopes of its rows agree; the scopes are then added
up from there.
"""

from pipelines.sql_models.counting import DAY_SCOPES, INTERVAL_SCOPES, Period
from pipelines.sql_models.kpi_sources import Source
from pipelines.sql_models.kpi_steps import (
    KEYS,
    PERIOD,
    REPORTING,
    added_step,
    cells_step,
    day_cells_step,
    day_scoped_step,
    joined,
    kinds_step,
    named,
    period_step,
    rows_step,
    scoped_step,
    side_by_side,
    summed,
    totals_step,
)
from pipelines.sql_models.model import Column, Header, SqlModel
from pipelines.sql_models.parts import Aggregate
from pipelines.sql_models.registry import Registry

OWNER = "team:analytics"
STRETCH_DAYS = 100
"""Days made at a time, fewer where memory holds no more: all facts' quarter hours of them stand
side by side in it. Each time costs a second of planning."""


def interval_parts(registry: Registry) -> SqlModel:
    """`marts.kpi_interval_parts`: per quarter hour and scope."""
    found = [
        a for a in registry.needed(INTERVAL_SCOPES)
        if a.fold in ("sum", "max", "clock") and registry.has_intervals(a)
    ]  # fmt: skip
    steps = [REPORTING, kinds_step("scope", INTERVAL_SCOPES)]
    for source, own in registry.by_source(found):
        kinds = registry.kinds(source, INTERVAL_SCOPES)
        steps += [rows_step(source), cells_step(source, own), totals_step(source, own, kinds)]
    return _table(
        "kpi_interval_parts",
        side_by_side(registry, steps, found),
        "What the metrics add up, per quarter hour and scope. Agents and what hangs on them have "
        "days alone. Read kpi_interval for metrics; this is what it is made of.",
        grain=(*KEYS, "interval_start"),
        columns=_described(registry, found, "day"),
        stretch=STRETCH_DAYS,
    )


def period_parts(registry: Registry, grain: Period) -> SqlModel:
    """`marts.kpi_day_parts`, `_week_parts` or `_month_parts`: per scope and local day, week, month.

    What can be added up comes from the next shorter period, the rest from the facts' rows.
    """
    found = registry.needed((*INTERVAL_SCOPES, *DAY_SCOPES))
    added = [a for a in found if _is_added(registry, a, grain)]
    steps = [REPORTING, kinds_step("scope", INTERVAL_SCOPES), kinds_step("day_scope", DAY_SCOPES)]
    steps.append(added_step(registry, added, grain))
    of_days = set(registry.needed(DAY_SCOPES))
    sides: dict[str, list[Aggregate]] = {"added": added}
    for source, own in registry.by_source(found):
        rows = [a for a in own if a not in added]
        detail = [a for a in (own if grain == "day" else rows) if a in of_days]
        counted = _counted(registry, source, rows, detail, grain)
        if counted:
            steps.append(rows_step(source))
        for side, text, aggregates in counted:
            steps.append(text)
            sides[side] = aggregates
    words = {"day": "local day", "week": "week (Monday to Sunday)", "month": "calendar month"}
    return _table(
        f"kpi_{grain}_parts",
        joined(steps, sides, found),
        f"What the metrics add up, per {words[grain]} and scope; percentiles are taken from the "
        f"rows. Read kpi_{grain} for metrics; this is what it is made of.",
        grain=KEYS,
        columns=_described(registry, found, grain),
        period=grain,
        stretch=STRETCH_DAYS if grain == "day" else None,
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
    name, period = source.name, PERIOD[grain]
    kinds, day_kinds = (registry.kinds(source, all_) for all_ in (INTERVAL_SCOPES, DAY_SCOPES))
    steps = []
    if rows:
        text = scoped_step(source, f"{name}_row", kinds) + ",\n\n"
        text += period_step(name, named(rows), period)
        steps.append((name, text, rows))
    if sums:
        text = f"{day_cells_step(source, sums)},\n\n"
        text += day_scoped_step(source, "sums", day_kinds) + ",\n\n"
        text += period_step(f"{name}_sums", summed(sums), period)
        steps.append((f"{name}_sums", text, sums))
    if stored:
        text = day_scoped_step(source, "stored", day_kinds) + ",\n\n"
        steps.append(
            (f"{name}_stored", text + period_step(f"{name}_stored", named(stored), period), stored)
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
    stretch: int | None = None,
) -> SqlModel:
    header = Header(
        description=description,
        owner=OWNER,
        grain=grain,
        materialization="daily",
        period=period,
        stretch=stretch,
        columns={column: Column(description=text) for column, text in columns.items()},
    )
    return SqlModel("marts", name, header, sql)
