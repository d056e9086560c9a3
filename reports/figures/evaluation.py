"""Which lines of the evaluation forms are missed most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import estimates
from reports import format as fmt
from reports.figures import bars
from reports.figures.base import Chart, category_axis, figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row


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
        "hovertemplate": "%{customdata[0]}: <b>%{x:.0f} %</b>, %{customdata[1]:,} of "
        "%{customdata[2]:,}<extra></extra>",
    }]  # fmt: skip
    data.append(bars.ends(
        [101.0] * len(shown),
        [f"{'▲ ' if _harms(r) else ''}{s:.0f} % of {fmt.count(int(r['n_scored']))}"
         for s, r in zip(shares, shown, strict=False)],
    ))  # fmt: skip
    rest = f" The worst {len(shown)} of {len(ordered)} lines." if len(shown) < len(ordered) else ""
    return Chart(
        id="items",
        title="Which lines of the form are missed",
        sub="Whole centre. Share of evaluations with all points on the line, the worst first; "
        "whiskers: 95 % range." + rest,
        alt=f"The worst: {names[0]}, met in {shares[0]:.0f} % of "
        f"{fmt.plural(int(ordered[0]['n_scored']), 'evaluation')}.",
        figure=figure(
            data, **bars.LAYOUT,
            xaxis={"range": [0, 150], **bars.PERCENT},
            yaxis=category_axis(names[: len(shown)]),
        ),
        height=bars.height(len(shown)),
        legend=(("c2", "▲ an error harms customer, business or compliance"), ("c1", "other lines")),
        head=("Line", "About", "An error harms", "Met", "95 % range", "Evaluations", "Fatal"),
        rows=[
            [name, (r["topic"] or fmt.UNKNOWN).replace("_", " "), _harms(r) or fmt.UNKNOWN,
             fmt.share(s), f"{fmt.share(low, 0)} to {fmt.share(high, 0)}",
             fmt.count(int(r["n_scored"])), fmt.count(int(r["n_fatal"] or 0))]
            for name, r, s, (low, high) in zip(names, ordered, shares, ranges, strict=True)
        ],
    )  # fmt: skip


def _share(row: Row) -> float:
    return 100 * int(row["n_met"]) / int(row["n_scored"])


def _harms(row: Row) -> str:
    return "" if row["criticality"] in (None, "none") else row["criticality"]
