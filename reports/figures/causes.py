"""What people complain of, and how long it takes until it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import bars, entry
from reports.figures.bars import Part
from reports.figures.base import Chart, category_axis, figure
from reports.figures.entry import Entry
from reports.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row


def complaints(
    rows: Sequence[Row], n_all: float, titles: tuple[str, str], head: str
) -> Chart | None:
    """Complaints by cause with the median time to resolve beside.

    Args:
        rows: name, n, resolution_s (median; None where none was resolved), n_resolved, is_small.
        n_all: complaints of the whole centre, also those that are in no row.
        titles: of the chart, with what the rows are: without times, and with them.
        head: heading of the column of what the rows are.
    """
    ordered = sorted((r for r in rows if r["n"]), key=lambda r: (-r["n"], r["name"]))
    if not ordered:
        return None
    shown = ordered[: bars.MOST]
    names = [r["name"] for r in shown]
    most = 1.16 * shown[0]["n"]
    data = bars.stacked(names, [Part(_("complaints"), "c2", [r["n"] for r in shown],
                                     ["" for _ in shown])])  # fmt: skip
    for trace in data:
        trace["hovertemplate"] = _("%{customdata[0]}: <b>%{x:,}</b> complaints<extra></extra>")
    data.append(bars.ends([r["n"] for r in shown], [fmt.count(r["n"]) for r in shown]))
    timed = [(i, r) for i, r in enumerate(shown) if r["resolution_s"] is not None]
    longest = 1.42 * max((r["resolution_s"] for _, r in timed), default=0) or 86_400
    if timed:
        data.append(_times(timed))
    rest = (
        " " + _("The first {n} of {all}.", n=len(shown), all=len(ordered))
        if len(shown) < len(ordered)
        else ""
    )
    total = sum(r["n"] for r in ordered)
    if total < n_all:
        known = _("Known of {n} of {all} complaints.", n=fmt.count(total), all=fmt.count(n_all))
        rest = f" {known}{rest}"
    return Chart(
        id="causes",
        title=titles[bool(timed)],
        sub=(
            _(
                "Whole centre. Right: the time within which half of the complaints "
                "resolved in the same span were; hollow points rest on few cases."
            )
            if timed
            else _("Whole centre.")
        )
        + rest,
        alt=_(
            "Of {all} complaints {n} are of {name}.",
            all=fmt.count(total),
            n=fmt.count(shown[0]["n"]),
            name=names[0],
        ),
        figure=figure(
            data,
            **bars.LAYOUT,
            xaxis=bars.count_axis(most) | {"domain": [0, 0.52] if timed else [0, 1]},
            xaxis2=bars.time_axis(longest, 3)
            | {"domain": [0.58, 1], "tickangle": 0, "visible": bool(timed)},
            yaxis=category_axis(names),
        ),
        height=bars.height(len(shown)),
        legend=(("c2", _("complaints")), ("c1", _("median time to resolve")))[: 2 if timed else 1],
        head=(head, _("Complaints"), _("Share"), _("Median time to resolve"), _("Resolved")),
        rows=[
            [
                r["name"],
                entry.count(r["n"]),
                entry.share(100 * r["n"] / total),
                Entry(bars.long_time(r["resolution_s"]), r["resolution_s"], "seconds"),
                entry.count(r["n_resolved"]),
            ]
            for r in ordered
        ],
    )


def _times(timed: Sequence[tuple[int, Row]]) -> dict[str, Any]:
    """The median time to resolve of each bar that has one, on an axis of its own."""
    return {
        "type": "scatter", "mode": "markers+text", "xaxis": "x2",
        "x": [r["resolution_s"] for _, r in timed], "y": [i for i, _ in timed],
        "marker": {
            "size": 10, "color": ["@card" if r["is_small"] else "@c1" for _, r in timed],
            "line": {"color": "@c1", "width": 1.5},
        },
        "text": [f"  {bars.long_time(r['resolution_s'])}" for _, r in timed],
        "textposition": "middle right", "textfont": {"color": "@ink", "size": 11},
        "customdata": [[fmt.plotly_text(r["name"]), bars.long_time(r["resolution_s"]),
                        fmt.count(r["n_resolved"])] for _, r in timed],
        "hovertemplate": _("%{customdata[0]}: half of %{customdata[2]} resolved within "
            "<b>%{customdata[1]}</b><extra></extra>"), "cliponaxis": False,
    }  # fmt: skip
