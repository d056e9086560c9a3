"""One metric over days, weeks or months: its line, its 95 % range and its goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import Chart, band, figure, level, note
from reports.figures.entry import Entry
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Number
    from reports.spans import Span

_WORDS = {
    "day": N_(" over the last {n} days"),
    "week": N_(" over the last {n} weeks"),
    "month": N_(" over the last {n} months"),
}
_ONE = {
    "day": N_(" of this day"), "week": N_(" of this week"), "month": N_(" of this month"),
}  # fmt: skip
_HEADS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month")}


def over_words(spans: Sequence[Span]) -> str:
    """What follows a metric's name in the title: over the last 28 days."""
    if len(spans) == 1:
        return _(_ONE[spans[0].grain])
    return _(_WORDS[spans[-1].grain], n=len(spans))


Point = list[float | None]
"""Value, low and high end of the range, and 1 where it rests on few cases."""


def point(number: Number | None) -> Point | None:
    """A number as a point of its course."""
    if number is None or number.value is None:
        return None
    found = [_short(number.value), _short(number.low), _short(number.high)]
    return [*found, 1.0] if number.is_small else found


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.7g}")


def of_metric(numbers: Sequence[Number | None], over: Sequence[Span]) -> Chart | None:
    """The course of a metric; None where it has no value at all.

    The page's script draws another metric or scope into the same figure.
    """
    known = [n for n in numbers if n is not None and n.value is not None]
    if not known:
        return None
    metric, goal = known[-1].metric, known[-1].goal
    told = [point(n) for n in numbers]
    x = list(range(len(over)))
    values = [p[0] if p else None for p in told]
    asked = [[s.short, fmt.value(n.value if n else None, metric.unit)]
             for s, n in zip(over, numbers, strict=True)]  # fmt: skip
    marker = {
        "size": 7, "color": ["@card" if n and n.is_small else "@c1" for n in numbers],
        "line": {"color": "@c1", "width": 1.5},
    }  # fmt: skip
    data: list[dict[str, Any]] = [
        *band(x, [p[1] if p else None for p in told], [p[2] if p else None for p in told]),
        {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": values, "customdata": asked,
            "line": {"color": "@c1", "width": 2}, "cliponaxis": False, "marker": marker,
            "hovertemplate": "%{customdata[0]}  <b>%{customdata[1]}</b><extra></extra>",
        },
    ]  # fmt: skip
    step = max(1, len(over) // 9)
    ticks = list(range(len(over) - 1, -1, -step))[::-1]
    return Chart(
        id="course",
        title=metric.name + over_words(over),
        sub=_("Band: 95 % range. Hollow points rest on few cases. Dashed: the goal. "
            "Select a key figure above to see its course."),
        alt=_("Latest: {value}.", value=fmt.value(known[-1].value, metric.unit)),
        figure=figure(
            data,
            {"course": metric.id},
            xaxis={
                "tickvals": ticks, "ticktext": [over[i].short for i in ticks], "showgrid": False,
                "range": [-0.4, len(over) - 0.6],
            },
            yaxis={"nticks": 6, "rangemode": "normal", "automargin": True},
            hovermode="closest",
            margin={"l": 56, "r": 58, "t": 10, "b": 28},
            shapes=[] if goal is None else [level(goal)],
            annotations=[] if goal is None else [
                note(f"<b>{_('goal')}</b>", xref="paper", x=1.004, y=goal, xanchor="left")
            ],
        ),
        height=260,
        head=(_(_HEADS[over[-1].grain]), _("Value"), _("95 % range"), _("Cases")),
        rows=[_row(s, n, metric.unit) for s, n in zip(over, numbers, strict=True)],
    )  # fmt: skip


def _row(span: Span, number: Number | None, unit: str) -> list[str]:
    name = Entry(span.short, span=span)
    if number is None or number.value is None:
        return [name, entry.unknown(), "", ""]
    low, high = (entry.of_unit(end, unit) for end in (number.low, number.high))
    return [
        name, entry.of_unit(number.value, unit), entry.between(low, high),
        entry.count(number.n),
    ]  # fmt: skip
