"""Which lines of the evaluation forms are missed most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import estimates
from reports import format as fmt
from reports.figures import bars, entry
from reports.figures.base import Chart, category_axis, figure
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row


_HARMED = {
    "customer": N_("customer"), "business": N_("business"), "compliance": N_("compliance"),
}  # fmt: skip
"""Whom a critical error harms, as staging names it."""
_TOPICS = {
    "script": N_("script"), "policy": N_("policy"), "communication": N_("communication"),
    "problem_solving": N_("problem solving"), "other": N_("other"),
}  # fmt: skip
"""What a line is about, as staging names it; other words are the centre's own."""


def items(rows: Sequence[Row]) -> Chart | None:
    """A bar for each line of a form: the share met, the worst first.

    Args:
        rows: form, item, topic, criticality, n_scored, n_met, n_fatal.
    """
    known = [r for r in rows if r["n_scored"]]
    if not known:
        return None
    ordered = sorted(known, key=lambda r: (_share(r), -int(r["n_scored"]), r["item"]))
    shown = ordered[: bars.MOST]
    several = len({r["form"] for r in ordered}) > 1
    names = [f"{r['item']} ({r['form']})" if several else r["item"] for r in ordered]
    ranges = [estimates.wilson(int(r["n_met"]), int(r["n_scored"])) or (0, 100) for r in ordered]
    shares = [_share(r) for r in ordered]
    data = [{
        "type": "bar", "orientation": "h", "y": list(range(len(shown))), "x": shares[: len(shown)],
        "marker": {"color": ["@c2" if _harms(r) else "@c1" for r in shown]},
        "error_x": {
            "type": "data", "symmetric": False, "color": "@ink", "thickness": 1, "width": 3,
            "array": [r[1] - s for r, s in zip(ranges, shares, strict=True)][: len(shown)],
            "arrayminus": [s - r[0] for r, s in zip(ranges, shares, strict=True)][: len(shown)],
        },
        "customdata": [[fmt.plotly_text(n), int(r["n_met"]), int(r["n_scored"])]
                       for n, r in zip(names, shown, strict=False)],
        "hovertemplate": _("%{customdata[0]}: <b>%{x:.0f} %</b>, %{customdata[1]:,} of "
            "%{customdata[2]:,}<extra></extra>"),
    }]  # fmt: skip
    data.append(bars.ends(
        [101.0] * len(shown),
        [("▲ " if _harms(r) else "")
         + _("{share} % of {n}", share=fmt.number(s, 0), n=fmt.count(int(r["n_scored"])))
         for s, r in zip(shares, shown, strict=False)],
    ))  # fmt: skip
    rest = (
        " " + _("The worst {n} of {all} lines.", n=len(shown), all=len(ordered))
        if len(shown) < len(ordered)
        else ""
    )
    return Chart(
        id="items",
        title=_("Which lines of the form are missed"),
        sub=_(
            "Whole centre. Share of evaluations with all points on the line, the "
            "worst first; whiskers: 95 % range."
        )
        + rest,
        alt=ngettext(
            "The worst: {name}, met in {share} % of {n} evaluation.",
            "The worst: {name}, met in {share} % of {n} evaluations.",
            int(ordered[0]["n_scored"]),
            name=names[0],
            share=fmt.number(shares[0], 0),
        ),
        figure=figure(
            data,
            **bars.LAYOUT,
            xaxis={"range": [0, 150], **bars.PERCENT},
            yaxis=category_axis(names[: len(shown)]),
        ),
        height=bars.height(len(shown)),
        legend=(
            ("c2", _("▲ an error harms customer, business or compliance")),
            ("c1", _("other lines")),
        ),
        head=(
            _("Line"),
            _("About"),
            _("An error harms"),
            _("Met"),
            _("95 % range"),
            _("Evaluations"),
            _("Fatal"),
        ),
        rows=[
            [
                name,
                _(_TOPICS.get(r["topic"], (r["topic"] or fmt.UNKNOWN).replace("_", " "))),
                _(_HARMED.get(_harms(r), _harms(r))) or fmt.UNKNOWN,
                entry.share(s),
                entry.between(entry.share(low, 0), entry.share(high, 0)),
                entry.count(int(r["n_scored"])),
                entry.count(int(r["n_fatal"] or 0)),
            ]
            for name, r, s, (low, high) in zip(names, ordered, shares, ranges, strict=True)
        ],
    )


def _share(row: Row) -> float:
    return 100 * int(row["n_met"]) / int(row["n_scored"])


def _harms(row: Row) -> str:
    return "" if row["criticality"] in (None, "none") else row["criticality"]
