"""Funnel plots: observed over expected by number of cases, with what chance alone brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import Chart, figure
from reports.figures.entry import Entry
from reports.language import N_, _
from reports.mix import FEWEST, Z95, Z998

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.figures.base import Figure
    from reports.mix import Comparison, Estimate

_MOST_NAMED = 14
"""More names than these cover each other; the table below a plot has all."""
_NAMES_IF_FEWER = 12
"""So few points are all named, also those inside."""
_STEPS = 48
_SIDES = {
    "middle right": (1, 0), "middle left": (-1, 0), "top right": (1, 1), "bottom right": (1, -1),
    "top left": (-1, 1), "bottom left": (-1, -1), "top center": (0, 1), "bottom center": (0, -1),
}  # fmt: skip
"""Where a name may stand beside its point: (to the right, up)."""
_LETTER, _LINE, _POINT = 5.6, 13.0, 7.0
"""Size of written names and of points, in pixels."""
_HEIGHT = 340
_THAN_EXPECTED = {
    "better": N_("better than expected"), "worse": N_("worse than expected"),
    "higher": N_("higher than expected"), "lower": N_("lower than expected"),
}  # fmt: skip
_MARKS = {
    "good": ("circle", "good", "better"), "bad": ("square", "bad", "worse"),
    "more": ("triangle-up", "c2", "higher"), "less": ("triangle-down", "c2", "lower"),
}  # fmt: skip
"""Mood of who is outside -> shape, colour and word: never colour alone."""


@dataclass(frozen=True)
class Words:
    """How a metric and those compared are called."""

    metric: str
    unit: str
    scale: float
    direction: str
    one: str
    many: str
    names: Mapping[str, str]

    def name(self, scope: str) -> str:
        """What people call somebody; text from outside."""
        return self.names.get(scope, scope)

    def value(self, total: float, cases: float) -> Entry:
        """A mean or a share."""
        return entry.of_unit(self.scale * total / cases, self.unit)

    def gap(self, relative: float, estimate: Estimate) -> Entry:
        """A difference relative to what is expected of somebody, in the metric's own unit."""
        size = relative * self.scale * estimate.subject.expected / estimate.subject.n
        text = fmt.difference(size, self.unit)
        if text != fmt.difference(0.0, self.unit):
            text = ("+" if size > 0 else fmt.MINUS) + text
        return Entry(text, size, self.unit)

    def range(self, estimate: Estimate) -> Entry:
        """The 95 % range of a true difference; unknown where nobody differs beyond chance."""
        if estimate.low == estimate.high:
            return entry.unknown()
        return entry.between(self.gap(estimate.low, estimate), self.gap(estimate.high, estimate))

    def mood(self, estimate: Estimate) -> str:
        """Which of the marks somebody outside has."""
        if self.direction not in ("higher", "lower"):
            return "more" if estimate.gap > 0 else "less"
        return "good" if (estimate.gap > 0) == (self.direction == "higher") else "bad"


def funnel(identifier: str, found: Comparison, words: Words, *, span: int) -> Chart:
    """The plot, with the table of everybody's numbers in the order of their cases."""
    outside = [e for e in found.estimates if e.outside]
    far = sum(1 for e in outside if e.outside == 998)  # noqa: PLR2004  beyond 99.8 %
    return Chart(
        id=identifier,
        title=f"{words.metric}: {words.many}",
        sub=_sub(found, words),
        alt=_(
            "{n} {called}; {outside} beyond the 95 % limits, {far} of them beyond 99.8 %.",
            n=fmt.count(len(found.estimates)), outside=len(outside), far=far,
            called=words.one if len(found.estimates) == 1 else words.many,
        ),
        figure=_figure(found, words, span),
        span=span,
        height=_HEIGHT,
        legend=_legend(found, outside, words),
        head=tuple(map(_, HEAD)),
        rows=[
            *(_row(e, words) for e in found.estimates),
            *([words.name(s.id), entry.count(s.n), *[_("too few cases")], *[""] * (len(HEAD) - 3)]
              for s in found.few if s.n),
        ],
    )  # fmt: skip


HEAD = (
    N_("Name"),
    N_("Cases"),
    N_("Observed"),
    N_("Expected on the same mix"),
    N_("Difference"),
    N_("Estimate"),
    N_("95 % range of it"),
    N_("Same queue and reason"),
    N_("In the funnel"),
)


def _sub(found: Comparison, words: Words) -> str:
    said = _("Inside the shaded funnel a difference is what chance alone brings.")
    if found.spread:
        return _(
            "{said} {Many} usually differ by {share} beyond it; the lines allow for that.",
            said=said,
            Many=words.many[:1].upper() + words.many[1:],
            share=fmt.share(100 * found.spread, 0),
        )
    if len(found.estimates) < FEWEST:
        return said
    return _("{said} Together these {many} differ no more than that.", said=said, many=words.many)


def _legend(
    found: Comparison, outside: Sequence[Estimate], words: Words
) -> tuple[tuple[str, str], ...]:
    moods = {words.mood(e): _MARKS[words.mood(e)] for e in outside}
    signs = {"circle": "●", "square": "■", "triangle-up": "▲", "triangle-down": "▼"}
    told = [(colour, f"{signs[shape]} {_(_THAN_EXPECTED[word])}") for shape, colour, word in
            (moods[m] for m in _MARKS if m in moods)]  # fmt: skip
    return (("c1soft", _("by chance")), ("c4", _("within the lines")), *told)


def _figure(found: Comparison, words: Words, span: int) -> Figure:
    most = 1.06 * max(e.evened for e in found.estimates)
    least = 0.6 * min(e.evened for e in found.estimates)
    low, high = _range(found)
    xs = [least * (most / least) ** (step / _STEPS) for step in range(_STEPS + 1)]
    shown = _named(found, words, _Scale(most, low, high, 98 * span - 72))
    data: list[dict[str, Any]] = [
        *_band(xs, [found.limit(x, Z95, with_spread=False) for x in xs]),
        *_lines(xs, [found.limit(x, Z95) for x in xs], "dot"),
        *_lines(xs, [found.limit(x, Z998) for x in xs], "solid"),
        _points([e for e in found.estimates if not e.outside], words, shown,
                {"symbol": "circle", "size": 7, "color": "@c4soft",
                 "line": {"color": "@c4", "width": 1}}),
    ]  # fmt: skip
    for mood, (shape, colour, _word) in _MARKS.items():
        those = [e for e in found.estimates if e.outside and words.mood(e) == mood]
        if those:
            sizes = [12 if e.outside == 998 else 9 for e in those]  # noqa: PLR2004
            data.append(_points(those, words, shown, {
                "symbol": shape, "size": sizes, "color": f"@{colour}",
                "opacity": 1,
                "line": {"color": "@card", "width": 1},
            }))  # fmt: skip
    return figure(
        data,
        xaxis={
            "range": [0, most], "nticks": 6, "showgrid": False, "tickformat": ",d",
            "title": {"text": _("Cases, evened out for the mix"), "standoff": 8},
        },
        yaxis={
            "range": [low, high], "nticks": 7, "tickformat": ".2f",
            "title": {"text": _("Observed / expected"), "standoff": 10},
        },
        shapes=[{
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1,
            "line": {"color": "@ink", "width": 1},
        }],
        hovermode="closest",
        margin={"l": 58, "r": 14, "t": 8, "b": 44},
    )  # fmt: skip


def _range(found: Comparison) -> tuple[float, float]:
    """All points and, where most points are, the limits; wider limits run off the picture."""
    ratios = [e.subject.ratio for e in found.estimates]
    cases = sorted(e.evened for e in found.estimates)
    reach = found.limit(cases[len(cases) // 5], Z998)
    low, high = min(*ratios, 1 - reach), max(*ratios, 1 + reach)
    room = 0.06 * (high - low)
    return max(0.0, low - room) if low > 0 else -room, high + room


def _band(xs: list[float], reach: list[float]) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": _short(xs), "hoverinfo": "skip",
            "line": {"width": 0, "color": "@c1soft"}}  # fmt: skip
    return [
        edge | {"y": _short([1 + r for r in reach])},
        edge | {"y": _short([1 - r for r in reach]), "fill": "tonexty", "fillcolor": "@c1soft"},
    ]


def _lines(xs: list[float], reach: list[float], dash: str) -> list[dict[str, Any]]:
    line = {"type": "scatter", "mode": "lines", "x": _short(xs), "hoverinfo": "skip",
            "line": {"width": 1.25, "color": "@c4", "dash": dash}}  # fmt: skip
    return [line | {"y": _short([1 + sign * r for r in reach])} for sign in (1, -1)]


def _short(values: Sequence[float]) -> list[float]:
    return [round(v, 4) for v in values]


def _points(
    those: Sequence[Estimate], words: Words, shown: Mapping[str, str], marker: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers+text", "cliponaxis": False,
        "x": _short([e.evened for e in those]), "y": _short([e.subject.ratio for e in those]),
        "text": [
            fmt.plotly_text(_label(words, e))
            if e.subject.id in shown else "" for e in those
        ],
        "textposition": [shown.get(e.subject.id, "middle right") for e in those],
        "textfont": {"color": "@ink", "size": 11},
        "marker": marker,
        "customdata": [
            [fmt.plotly_text(words.name(e.subject.id)), fmt.count(e.subject.n),
             words.value(e.subject.observed, e.subject.n),
             words.value(e.subject.expected, e.subject.n), standing(e)]
            for e in those
        ],
        "hovertemplate": _("<b>%{customdata[0]}</b><br>%{customdata[1]} cases<br>"
        "%{customdata[2]}, expected %{customdata[3]}<br>%{customdata[4]}<extra></extra>"),
    }  # fmt: skip


def _named(found: Comparison, words: Words, at: _Scale) -> dict[str, str]:
    """Whose name is written, and on which side: the farthest first, where there is room."""
    few = len(found.estimates) <= _NAMES_IF_FEWER
    outside = [e for e in found.estimates if e.outside]
    marks = found.estimates if few else outside
    taken: list[_Box] = [(*at.place(e), _POINT, _POINT) for e in marks]
    places: dict[str, str] = {}
    for one in sorted(marks, key=lambda e: -abs(e.gap) / e.width)[:_MOST_NAMED]:
        x, y = at.place(one)
        half = _LETTER * len(_label(words, one)) / 2
        others = [t for t in taken if t[:2] != (x, y)]
        for side, (right, up) in _SIDES.items():
            box = (x + right * (half + _POINT), y + up * _LINE, half, _LINE / 2)
            if half <= box[0] <= at.wide - half and not _is_covered(box, others):
                taken.append(box)
                places[one.subject.id] = side
                break
    return places


_Box = tuple[float, float, float, float]
"""Middle, half its width and half its height."""


def _is_covered(box: _Box, taken: Sequence[_Box]) -> bool:
    x, y, wide, tall = box
    return any(abs(x - a) < wide + w and abs(y - b) < tall + h for a, b, w, h in taken)


def _label(words: Words, estimate: Estimate) -> str:
    return fmt.shorten(words.name(estimate.subject.id), 22)


@dataclass(frozen=True)
class _Scale:
    """Where points are in the picture, in pixels of a wide screen."""

    most: float
    low: float
    high: float
    wide: float

    def place(self, estimate: Estimate) -> tuple[float, float]:
        share = (estimate.subject.ratio - self.low) / (self.high - self.low)
        return self.wide * estimate.evened / self.most, (_HEIGHT - 60) * share


def standing(estimate: Estimate) -> str:
    """Where somebody is in the funnel, in words."""
    if estimate.outside:
        return _("beyond 99.8 %") if estimate.outside == 998 else _("beyond 95 %")  # noqa: PLR2004
    return _("chance") if estimate.is_chance else _("within the lines")


def _row(e: Estimate, words: Words) -> list[str]:
    s = e.subject
    return [
        words.name(s.id), entry.count(s.n), words.value(s.observed, s.n),
        words.value(s.expected, s.n), words.gap(e.gap, e), words.gap(e.shrunk, e),
        words.range(e), entry.share(100 * s.n_same_reason / s.n, 0), standing(e),
    ]  # fmt: skip
