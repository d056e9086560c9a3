"""How the questions of surveys were answered: every score of the scale, worst to best."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import bars, entry
from reports.figures.base import Chart, category_axis, figure
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.records import Row

_KINDS = {"csat": "CSAT", "nps": "NPS", "ces": "CES", "fcr": "FCR"}
_BANDS = (
    ("c2", "onc2", N_("worst")),
    ("c2soft", "onc2soft", N_("poor")),
    ("c4soft", "onc4soft", N_("middling")),
    ("c1soft2", "ink", N_("good")),
    ("c1", "onc1", N_("best")),
)
"""Colours from the low to the high end of any scale."""
_NPS_BANDS = {"passive": 2, "promoter": 4}
_FEW = 20
_MOST = 12

Question = tuple[str, str, Any, Any]
"""Kind, name, low and high end of its scale."""


def distribution(rows: Sequence[Row]) -> Chart | None:
    """A bar for each question, all its answers by score.

    Args:
        rows: kind, question, scale_min, scale_max, score (higher is better), share (of the
            scale, 0 to 1), nps_class, n.
    """
    asked: dict[Question, list[Row]] = defaultdict(list)
    for row in rows:
        key = (row["kind"], row["question"], row["scale_min"], row["scale_max"])
        asked[key].append(row)
    if not asked:
        return None
    totals = {q: sum(r["n"] for r in found) for q, found in asked.items()}
    order = list(_KINDS)
    questions = sorted(
        asked, key=lambda q: (order.index(q[0]) if q[0] in order else 9, -totals[q], q[1])
    )
    shown = questions[:_MOST]
    labels = [f"{_name(q, 14)} (n {fmt.count(totals[q])})" for q in shown]
    data = [
        _piece(i, row, totals[q], q)
        for i, q in enumerate(shown)
        for row in sorted(asked[q], key=lambda r: r["share"])
    ]
    rest = (
        " " + _("{n} of {all} questions.", n=_MOST, all=len(questions))
        if len(questions) > _MOST
        else ""
    )
    return Chart(
        id="answers",
        title=_("How the questions were answered"),
        sub=_("Whole centre. Every answer with a score, as shares of those to the "
            "question; the figures are scores. Pale: fewer than {FEW} answers. Only "
            "those who answered are seen.",
            FEW=_FEW
            )
        + rest,
        alt=" ".join(f"{_name(q)}: {_best(asked[q], totals[q])}." for q in shown),
        figure=figure(
            data, **bars.LAYOUT,
            xaxis={"range": [0, 101], **bars.PERCENT},
            yaxis=category_axis(labels),
        ),
        height=bars.height(len(shown)) + 20,
        legend=tuple((colour, _(label)) for colour, _ink, label in _BANDS),
        head=(_("Question"), _("Score"), _("Answers"), _("Share")),
        rows=[
            [_name(q), _score(r), entry.count(r["n"]),
             entry.share(100 * r["n"] / totals[q])]
            for q in questions
            for r in asked[q]
        ],
    )  # fmt: skip


def _name(question: Question, length: int = 200) -> str:
    """The question with what it measures, where its own name does not say so."""
    kind, name = _KINDS.get(question[0], question[0]), fmt.shorten(question[1], length)
    return kind if kind.casefold() == question[1].casefold() else f"{name} · {kind}"


def _band(row: Row) -> int:
    """Which of the five colours: of a net promoter question by its classes, else by fifths."""
    share = float(row["share"])
    if row["nps_class"] in _NPS_BANDS:
        return _NPS_BANDS[row["nps_class"]]
    if row["nps_class"]:
        return 0 if share <= 0.3 else 1  # noqa: PLR2004  the worse half of the detractors
    return min(4, int(share * 5))


def _score(row: Row) -> str:
    if row["kind"] == "fcr":
        return _("yes") if float(row["share"]) > 0.5 else _("no")  # noqa: PLR2004  0 and 1
    return entry.short(float(row["score"]))


def _piece(place: int, row: Row, total: int, question: Question) -> dict[str, Any]:
    colour, ink, _label = _BANDS[_band(row)]
    ink = "ink" if total < _FEW else ink
    part = 100 * row["n"] / total
    score = _score(row)
    return {
        "type": "bar", "orientation": "h", "y": [place], "x": [part],
        "marker": {
            "color": f"@{colour}", "line": {"color": "@card", "width": 1},
            "opacity": bars.FAINT if total < _FEW else 1,
        },
        "text": [score], "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
        "textfont": {"color": f"@{ink}", "size": 11},
        "customdata": [[fmt.plotly_text(_name(question)), score, row["n"], total]],
        "hovertemplate": _("%{customdata[0]}, %{customdata[1]}: <b>%{customdata[2]:,}</b> of "
            "%{customdata[3]:,} (%{x:.1f} %)<extra></extra>"),
    }  # fmt: skip


def _best(rows: Sequence[Mapping[str, Any]], total: int) -> str:
    """In words, how many chose the upper end of the scale."""
    high = sum(r["n"] for r in rows if _band(dict(r)) >= 3)  # noqa: PLR2004  good and best
    return _(
        "{high} % of {total} at the good end",
        high=fmt.number(100 * high / total, 0),
        total=fmt.count(total),
    )
