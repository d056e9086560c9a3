"""The courses of the page of trends as a table: a row per metric and day or week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl

    from reports.timelines import Timeline

_COLUMNS = (
    "metric_id", "metric_version", "metric_name", "unit", "grain", "first_day", "last_day",
    "value", "n", "goal", "usual_low", "usual_high", "is_outside", "is_new_level",
)  # fmt: skip


def course_rows(lines: Iterable[Timeline]) -> pl.DataFrame:
    """Every value that the page draws, with the usual range of its weekday and cases.

    The range is empty where a course has too few values for one; `is_new_level` marks the first
    value of each new level.
    """
    import polars as pl

    types: dict[str, Any] = {"metric_version": pl.Int32, "n": pl.Int64}
    types |= dict.fromkeys(("first_day", "last_day"), pl.Date)
    types |= dict.fromkeys(("is_outside", "is_new_level"), pl.Boolean)
    types |= dict.fromkeys(("metric_id", "metric_name", "unit", "grain"), pl.String)
    schema = {name: types.get(name, pl.Float64) for name in _COLUMNS}
    rows = [row for line in lines for row in _of_line(line)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _of_line(line: Timeline) -> Iterator[tuple[Any, ...]]:
    metric, found = line.metric, line.found
    begins = {shift.place for shift in found.shifts}
    for place, (span, number) in enumerate(zip(line.spans, line.numbers, strict=True)):
        low, high = line.usual(place) if found.levels else (None, None)
        yield (
            metric.id, metric.version, metric.name, metric.unit, line.grain, span.first, span.last,
            number.value, number.n, number.goal, low, high, place in found.outside, place in begins,
        )  # fmt: skip
