"""Horizontal bars of parts, one under the other: shared by the figures about subjects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 20
"""So many bars are still read; the table below a chart has the rest."""

LAYOUT: dict[str, Any] = {
    "barmode": "stack", "bargap": 0.32, "hovermode": "closest",
    "uniformtext": {"minsize": 11, "mode": "hide"},
    "margin": {"l": 8, "r": 24, "t": 4, "b": 28},
}  # fmt: skip
"""What charts of bars share; words that do not fit into their piece of a bar are not written."""
PERCENT: dict[str, Any] = {
    "tickvals": [0, 20, 40, 60, 80, 100],
    "ticktext": [f"{share}{fmt.SPACE}%" for share in (0, 20, 40, 60, 80, 100)],
}  # fmt: skip
"""Marks of an axis of shares."""

FAINT = 0.45
"""Opacity of what rests on few cases."""

_TICKS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
_DAY_S = 86_400


@dataclass(frozen=True)
class Part:
    """One colour of the bars: a value and its words for each bar."""

    label: str
    colour: str
    values: Sequence[float | None]
    texts: Sequence[str]


def stacked(
    names: Sequence[str], parts: Sequence[Part], faint: Sequence[bool] = ()
) -> list[dict[str, Any]]:
    """A trace for each part; `LAYOUT` leaves out words without room.

    Args:
        names: what each bar is called; text from outside.
        parts: what the bars are made of, from the left.
        faint: which bars rest on few cases.
    """
    opacity = [FAINT if few else 1 for few in faint] or 1
    return [
        {
            "type": "bar", "orientation": "h", "y": list(range(len(names))),
            "x": [value or 0 for value in part.values],
            "marker": {
                "color": f"@{part.colour}", "opacity": opacity,
                "line": {"color": "@card", "width": 1},
            },
            "text": [t if v else "" for v, t in zip(part.values, part.texts, strict=True)],
            "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "textfont": {
                "color": ["@ink" if few else f"@on{part.colour}" for few in faint]
                or f"@on{part.colour}",
                "size": 11,
            },
            "customdata": [
                [fmt.plotly_text(name), text] for name, text in zip(names, part.texts, strict=True)
            ],
            "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> "
            + fmt.plotly_text(part.label) + "<extra></extra>",
        }
        for part in parts
    ]  # fmt: skip


def ends(places: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """Words to the right of each bar."""
    return {
        "type": "scatter", "mode": "text", "x": list(places), "y": list(range(len(places))),
        "text": [f"  {fmt.plotly_text(text)}" for text in texts], "textposition": "middle right",
        "textfont": {"color": "@ink", "size": 11}, "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip


def height(n_bars: int) -> int:
    """Height of a chart of so many bars, in pixels."""
    return max(150, 60 + 32 * n_bars)


def time_axis(longest: float, most: int = 6) -> dict[str, Any]:
    """A horizontal axis of seconds with `most` whole minutes, hours or days marked."""
    step = next((t for t in _TICKS_S if longest / t <= most), 0)
    step = step or _DAY_S * -(-longest // (most * _DAY_S))
    marks = [step * i for i in range(int(longest / step) + 1)]
    return {"tickvals": marks, "ticktext": [long_time(m) for m in marks], "range": [0, longest]}


def count_axis(longest: float) -> dict[str, Any]:
    """A horizontal axis of counts: few of them are not marked by halves."""
    few = {"dtick": 1} if longest < 6 else {"nticks": 5}  # noqa: PLR2004
    return {"tickformat": ",d", "range": [0, longest], **few}


def long_time(seconds: float | None) -> str:
    """A time of any length: 40 s, 6:22, 5 h 12 min, 3.5 days."""
    if seconds is None:
        return fmt.UNKNOWN
    if seconds == 0:
        return "0"
    if seconds >= _DAY_S:
        days = f"{seconds / _DAY_S:.1f}".removesuffix(".0")
        one, many = N_("{days}\u202fday"), N_("{days}\u202fdays")
        said = one if days == "1" else many
        return _(said, days=fmt.short(float(days)))
    return fmt.span(seconds) if seconds >= 3600 else fmt.limit(round(seconds))  # noqa: PLR2004
