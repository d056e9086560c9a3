"""What all figures share: the shape of a chart, axes, and how outside text is made harmless."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports import format as fmt

if TYPE_CHECKING:
    from datetime import datetime

Figure = dict[str, Any]
"""Plotly's `{"data": [...], "layout": {...}}`, and `meta` for the page's own script."""


@dataclass(frozen=True)
class Chart:
    """A figure with what people read around it and the table of its numbers."""

    id: str
    title: str
    sub: str
    alt: str
    figure: Figure
    span: int = 12
    height: int = 270
    legend: tuple[tuple[str, str], ...] = ()
    """(CSS variable, label) of each colour."""
    head: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)
    """Of the table under it; numbers are entries of `reports.figures.entry`."""
    starts_page: bool = False
    is_placed: bool = False
    """Whether a section of its page shows it, and not the page's list of charts."""


COUNTS = {"rangemode": "tozero", "tickformat": ",d", "automargin": True}
"""A vertical axis of counts; those of millions take the room that they need."""


def figure(data: list[dict[str, Any]], meta: dict[str, Any] | None = None, **layout: Any) -> Figure:
    """A figure of traces; `meta` says which metric a click asks about."""
    return {"data": data, "layout": layout, "meta": meta or {}}


def note(text: str, **place: Any) -> dict[str, Any]:
    """A short label on a chart, without an arrow."""
    return {"text": text, "showarrow": False, "font": {"color": "@ink", "size": 11}, **place}


def level(y: float, yref: str = "y") -> dict[str, Any]:
    """A dashed line across the chart at a goal."""
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": yref, "y0": y, "y1": y,
        "line": {"color": "@ink", "width": 1.25, "dash": "dash"},
    }  # fmt: skip


def band(x: list[Any], low: list[float | None], high: list[float | None]) -> list[dict[str, Any]]:
    """The two edges of a range over `x`, filled between."""
    edge = {
        "type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip",
        "line": {"width": 0, "color": "@c1soft"},
    }  # fmt: skip
    return [edge | {"y": high}, edge | {"y": low, "fill": "tonexty", "fillcolor": "@c1soft"}]


def category_axis(names: list[str], **more: Any) -> dict[str, Any]:
    """A vertical axis of names, first on top; never read as numbers or dates."""
    labels = [fmt.plotly_text(fmt.shorten(name)) for name in names]
    return {
        "type": "linear", "tickvals": list(range(len(names))), "ticktext": labels,
        "range": [len(names) - 0.5, -0.5], "showgrid": False, "automargin": True,
        "tickfont": {"color": "@ink"}, **more,
    }  # fmt: skip


def time_ticks(times: list[datetime], most: int = 9) -> tuple[list[int], list[str]]:
    """Positions and local labels of a time axis of equal bins; full hours where they fit."""
    if not times:
        return [], []
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440):
        found = [i for i, t in enumerate(times) if (t.hour * 60 + t.minute) % minutes == 0]
        if 0 < len(found) <= most:
            return found, [fmt.clock(times[i]) for i in found]
    return [0], [fmt.clock(times[0])]


def percent_range(values: list[float | None], goal: float | None) -> list[float]:
    """An honest range for shares: whole tens, never narrower than thirty points, within 0-100."""
    known = [v for v in values if v is not None] + ([goal] if goal is not None else [])
    if not known:
        return [-3, 102]
    low = max(0.0, min(known) // 10 * 10 - 5)
    return [min(low, 70.0) or -3.0, 102]
