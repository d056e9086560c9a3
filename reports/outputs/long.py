"""A table as rows for machines: one for each number, with all that is needed to question it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from reports.outputs.page_tables import row_span
from reports.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from reports.outputs.page_tables import PageTable, Told
    from reports.pages.tables import Cell
    from reports.spans import AllDays, Span

COLUMNS = {
    "grain": "day, week, month, or all",
    "first_day": "first local day that the number is of",
    "last_day": "last local day that the number is of",
    "row": "name of the table's row, as on the page",
    "scope_kind": "kind of scope: all, queue, agent, team, site, ...",
    "scope_id": "which one",
    "column": "heading of the table's column, as on the page",
    "metric_id": "metric of the registry; empty where the page shows another thing",
    "metric_version": "version of its definition",
    "unit": "percent (0 to 100), seconds, count, per_hour, points, number, money",
    "value": "the number at full precision",
    "text": "what is no number, such as a team",
    "numerator": "numerator of the value, before any factor",
    "denominator": "denominator; empty where the metric has none",
    "n": "cases on which the value rests",
    "low": "lower end of the 95 % interval, in the unit",
    "high": "upper end of the 95 % interval, in the unit",
    "goal": "goal, in the unit",
    "status": "met, near, missed, or none",
    "is_small": "whether there are too few cases for the value to be relied on",
    "is_provisional": "whether the value may still change",
    "coverage": "share (0 to 1) of the cases of which all that the definition asks is known",
}
"""Columns of the files, with what they hold."""

_NUMBER = ("numerator", "denominator", "n", "low", "high", "goal", "status", "is_small",
           "is_provisional", "coverage")  # fmt: skip


def columns(table: PageTable, span: Span | AllDays) -> list[Sequence[Any]]:
    """The values of each column, in the order of the page's rows."""
    rows = [_row(table.rows[i], one, span) for i, _, one in table.told]
    return list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)


def _row(row: Sequence[Cell], one: Told, span: Span | AllDays) -> tuple[Any, ...]:
    number, of = one.number, row_span(row, span)
    about = (of.grain, of.first, of.last)
    name, label = plain(row[0].text), plain(one.label)
    if number is None:
        kind, scope = _scope(row)
        text = None if one.text is None else plain(one.text)
        none = (None,) * len(_NUMBER)
        return (*about, name, kind, scope, label, None, None, one.unit or None, one.value, text,
                *none)  # fmt: skip
    metric = number.metric
    return (
        *about, name, number.scope_kind, number.scope_id, label, metric.id, metric.version,
        metric.unit, number.value, None, number.numerator, number.denominator, number.n,
        number.low, number.high, number.goal, number.status, number.is_small,
        number.is_provisional, number.coverage,
    )  # fmt: skip


def _scope(row: Sequence[Cell]) -> tuple[str | None, str | None]:
    found = next((c.number or c.shown for c in row if c.number or c.shown), None)
    return (found.scope_kind, found.scope_id) if found else (None, None)


@cache
def schema() -> pa.Schema:
    """The columns' types."""
    import pyarrow as pa

    types = {
        "first_day": pa.date32(), "last_day": pa.date32(), "metric_version": pa.int32(),
        "n": pa.int64(), "is_small": pa.bool_(), "is_provisional": pa.bool_(),
    }  # fmt: skip
    types |= dict.fromkeys(
        ("value", "numerator", "denominator", "low", "high", "goal", "coverage"), pa.float64()
    )
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
