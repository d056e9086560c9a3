"""Sparklines: the shape of a number over time in the space of a word, as inline SVG."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = 'fill="none" stroke="var(--c1)" stroke-width="1.75" stroke-linejoin="round"'
_STILL = 'vector-effect="non-scaling-stroke"'


def sparkline(
    values: Sequence[float | None], *, goal: float | None = None, width: int = 150, height: int = 34
) -> Markup:
    """A line of the known values, dashes at the goal, a dot on the last; empty below four values.

    Gaps stay gaps. The picture is decoration: its numbers are elsewhere on the page. Of more values
    than it has points, neighbours make one: a year is drawn by the week.
    """
    values = _thinned(values, width)
    known = [v for v in values if v is not None]
    if len(known) < 4:  # noqa: PLR2004  a line of three says nothing
        return Markup("")
    edges = [*known, goal] if goal is not None else known
    low, high = min(edges), max(edges)
    scale = (height - 8) / ((high - low) or 1)

    def at(place: int, value: float) -> str:
        x = 2 + place * (width - 6) / (len(values) - 1)
        return f"{x:.1f},{height - 4 - (value - low) * scale:.1f}"

    svg = [
        f'<svg class="spark" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        ' aria-hidden="true" focusable="false">'
    ]
    if goal is not None:
        y = at(0, goal).split(",")[1]
        svg.append(
            f'<line x1="0" x2="{width}" y1="{y}" y2="{y}" stroke="var(--c4)"'
            f' stroke-dasharray="3 3" {_STILL}/>'
        )
    for run in _runs(values):
        points = " ".join(at(i, v) for i, v in run)
        first, last = points.split(" ")[0].split(",")[0], points.split(" ")[-1].split(",")[0]
        area = f"{first},{height} {points} {last},{height}"
        svg.append(f'<polygon points="{area}" fill="var(--c1soft)"/>')
        svg.append(f'<polyline points="{points}" {_LINE} {_STILL}/>')
    place, value = [(i, v) for i, v in enumerate(values) if v is not None][-1]
    x, y = at(place, value).split(",")
    svg.append(
        f'<line x1="{x}" x2="{x}" y1="{y}" y2="{y}" stroke="var(--c1)" stroke-width="6"'
        f' stroke-linecap="round" {_STILL}/></svg>'
    )
    return Markup("".join(svg))  # noqa: S704  numbers of ours only


def _thinned(values: Sequence[float | None], most: int) -> Sequence[float | None]:
    """No more values than `most`: the mean of as many neighbours as that takes, in sevens."""
    if len(values) <= most:
        return values
    step = 7 * math.ceil(len(values) / most / 7)
    # From the end, so that the last point is of a whole stretch.
    starts = range(-(-len(values) % step), len(values), step)
    lots = ([v for v in values[max(0, s) : s + step] if v is not None] for s in starts)
    return [fmean(lot) if lot else None for lot in lots]


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches of known values, with their places."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def stacked_bar(parts: Sequence[tuple[str, float]], *, height: int = 10) -> Markup:
    """Shares of a whole as one bar of coloured pieces: (CSS variable, size)."""
    whole = sum(size for _, size in parts)
    if whole <= 0:
        return Markup("")
    svg, x = [], 0.0
    for colour, size in parts:
        width = 100 * size / whole
        svg.append(
            f'<rect x="{x:.2f}" y="0" width="{width:.2f}" height="{height}"'
            f' fill="var(--{colour})"/>'
        )
        x += width
    return Markup(  # noqa: S704  numbers and names of ours only
        f'<svg class="stack" viewBox="0 0 100 {height}" preserveAspectRatio="none"'
        f' aria-hidden="true" focusable="false">{"".join(svg)}</svg>'
    )
