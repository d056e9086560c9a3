"""Agents at work by state through a day."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import Chart, figure, time_ticks
from reports.language import N_, _

if TYPE_CHECKING:
    from datetime import datetime

    from reports.records import Row

STATES = (
    ("handling", "c1", N_("handling")),
    ("wrap", "c3", N_("wrapping up")),
    ("ringing", "c5", N_("ringing")),
    ("available", "c1soft2", N_("available")),
    ("paused", "c4", N_("paused")),
)


def at_work(
    states: list[Row], bins: list[dict[str, Any]], bin_s: int, edges: tuple[datetime, datetime]
) -> Chart:
    """Mean number of agents in each state by interval; part intervals count only their part."""
    mean: dict[datetime, dict[str, float]] = defaultdict(dict)
    for row in states:
        covered = _covered_ms(row["bin_at"], bin_s, edges)
        if covered > 0:
            mean[row["bin_at"]][row["state"]] = float(row["state_ms"]) / covered
    times = [b["local"] for b in bins]
    clocks = [fmt.clock(t) for t in times]
    tickvals, ticktext = time_ticks(times)
    data = [
        {
            "type": "bar", "x": list(range(len(bins))),
            "y": [round(mean[b["bin_at"]].get(state, 0), 2) for b in bins],
            "marker": {"color": f"@{colour}"}, "customdata": clocks,
            "hovertemplate": f"%{{customdata}}: <b>%{{y:.1f}}</b> {_(label)}<extra></extra>",
        }
        for state, colour, label in STATES
    ]  # fmt: skip
    most = max((sum(found.values()) for found in mean.values()), default=0)
    return Chart(
        id="people",
        title=_("Agents at work"),
        sub=_("Mean number of agents in each state, in the same intervals as the contacts "
            "above."),
        alt=_("At most {most} agents were logged in at once, on average over an "
            "interval.",
            most=fmt.number(most, 1)
            ),
        figure=figure(
            data, barmode="stack", bargap=0.12, hovermode="closest",
            xaxis={"tickvals": tickvals, "ticktext": ticktext, "showgrid": False,
                   "range": [-0.6, len(bins) - 0.4]},
            yaxis={"rangemode": "tozero", "nticks": 5, "automargin": True},
            margin={"l": 40, "r": 12, "t": 8, "b": 28},
        ),
        span=12,
        height=230,
        legend=tuple((colour, _(label)) for _state, colour, label in STATES),
        head=(_("From"), *(fmt.capital(_(label)) for *_state, label in STATES)),
        rows=[
            [clock, *(entry.number(mean[b["bin_at"]].get(state, 0)) for state, *_look in STATES)]
            for clock, b in zip(clocks, bins, strict=True)
        ],
    )  # fmt: skip


def _covered_ms(bin_at: datetime, bin_s: int, edges: tuple[datetime, datetime]) -> float:
    from datetime import timedelta

    start, end = max(bin_at, edges[0]), min(bin_at + timedelta(seconds=bin_s), edges[1])
    return (end - start).total_seconds() * 1000
