"""The next four weeks of a group: contacts by day with their range, agents by weekday and time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import COUNTS, Chart, band, category_axis, figure
from reports.language import _

if TYPE_CHECKING:
    from reports.outlooks import GroupOutlook

_PAST = 42
_SCALE = [[0, "@h0"], [0.25, "@h1"], [0.5, "@h2"], [0.75, "@h3"], [1, "@h4"]]


def clock(slot: int) -> str:
    """When a quarter hour of the day begins: 09:45."""
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"


def open_slots(group: GroupOutlook) -> range:
    """The quarter hours of the day in which anybody is expected."""
    used = [slot for slot in range(96) if any(day[slot] for day in group.forecast)]
    return range(used[0], used[-1] + 1) if used else range(0)


def by_day(group: GroupOutlook, place: int) -> Chart:
    """Contacts of each day: what came in the last weeks, and what is expected with its range."""
    past = list(group.past[-_PAST:])
    before = [group.first - timedelta(days=len(past) - n) for n in range(len(past))]
    totals = [sum(day) for day in group.forecast]
    edges = [group.ranges.of_day(t) if group.ranges else (t, t) for t in totals]
    iso = [day.isoformat() for day in group.days]
    hover = "%{customdata}<extra></extra>"
    data: list[dict[str, Any]] = [
        *band(
            iso, [round(low, 1) for low, _high in edges], [round(high, 1) for _low, high in edges]
        ),
        {
            "type": "scatter",
            "mode": "lines",
            "x": [d.isoformat() for d in before],
            "y": past,
            "line": {"color": "@c4", "width": 1.6},
            "customdata": [
                _("{day}  <b>{n}</b> came", day=fmt.day(d), n=fmt.count(n))
                for d, n in zip(before, past, strict=True)
            ],
            "hovertemplate": hover,
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": iso,
            "y": [round(t, 1) for t in totals],
            "line": {"color": "@c1", "width": 2},
            "marker": {"size": 5, "color": "@c1"},
            "cliponaxis": False,
            "customdata": [
                _(
                    "{day}  <b>{n}</b> expected<br>80 % range {low} to {high}",
                    day=fmt.day(d),
                    n=fmt.count(t),
                    low=fmt.count(low),
                    high=fmt.count(high),
                )
                for d, t, (low, high) in zip(group.days, totals, edges, strict=True)
            ],
            "hovertemplate": hover,
        },
    ]
    return Chart(
        id=f"days-{place}",
        title=_("Contacts a day"),
        sub=_("What came, and what is expected. Band: four days in five are within it."),
        alt=_("{n} contacts expected in {days} days.", n=fmt.count(sum(totals)), days=len(totals)),
        figure=figure(
            data,
            xaxis={"type": "date", "tickformat": "%-d %b", "showgrid": False},
            yaxis={**COUNTS, "nticks": 5},
            hovermode="closest",
            margin={"l": 48, "r": 12, "t": 8, "b": 28},
        ),
        span=7,
        height=250,
        legend=(("c4", _("came")), ("c1", _("expected")), ("c1soft", _("80 % range"))),
        head=(
            _("Day"),
            _("Expected"),
            _("80 % range"),
            _("Agent hours, Erlang C"),
            _("Erlang A"),
            _("Most at once"),
        ),
        rows=[
            [
                entry.day(day),
                entry.count(total),
                entry.between(entry.count(low), entry.count(high)),
                *hours(group, n),
                entry.count(max(group.required[n], default=0)),
            ]
            for n, (day, total, (low, high)) in enumerate(
                zip(group.days, totals, edges, strict=True)
            )
        ],
    )


def hours(group: GroupOutlook, day: int) -> list[str]:
    """Agent hours at work of a day by Erlang C and A."""
    patient = group.required_patient
    found = sum(group.required[day]) / 4
    return [
        entry.hours(found), entry.hours(sum(patient[day]) / 4) if patient else entry.unknown(),
    ]  # fmt: skip


def by_weekday(group: GroupOutlook, place: int) -> Chart | None:
    """Agents needed by weekday and time: the mean of the four weeks."""
    slots = open_slots(group)
    if not slots or not any(map(sum, group.required)):
        return None
    weekdays = [
        w for w in range(7)
        if any(sum(group.required[n]) for n, d in enumerate(group.days) if d.weekday() == w)
    ]  # fmt: skip
    z = [
        [_mean([group.required[n][s] for n, d in enumerate(group.days) if d.weekday() == w])
         for s in slots]
        for w in weekdays
    ]  # fmt: skip
    names = [fmt.weekday(w + 1) for w in weekdays]
    labels = [clock(s) for s in slots]
    most, row, column = max(
        (value, i, j) for i, line in enumerate(z) for j, value in enumerate(line)
    )
    busiest = _(
        "{names}, {labels}: {most} agents",
        names=names[row],
        labels=labels[column],
        most=fmt.short(most),
    )
    trace = {
        "type": "heatmap", "z": z, "customdata": [[[n, label] for label in labels] for n in names],
        "colorscale": _SCALE, "xgap": 1, "ygap": 2, "zmin": 0,
        "hovertemplate": _("%{customdata[0]} %{customdata[1]}  <b>%{z:.3~r}</b> "
            "agents<extra></extra>"),
        "colorbar": {"thickness": 8, "outlinewidth": 0, "len": 1, "ticks": "", "x": 1.01,
                     "nticks": 5, "tickfont": {"size": 11}},
    }  # fmt: skip
    step = 8 if len(slots) <= 56 else 16  # noqa: PLR2004
    ticks = [n for n, slot in enumerate(slots) if slot % step == 0]
    return Chart(
        id=f"need-{place}",
        title=_("Agents needed"),
        sub=_("By weekday and time, at work, without shrinkage (Erlang C). Most: "
            "{busiest}.",
            busiest=busiest
            ),
        alt=_("Heat map. Most: {busiest}.", busiest=busiest),
        figure=figure(
            [trace],
            xaxis={"tickvals": ticks, "ticktext": [labels[n] for n in ticks], "showgrid": False,
                   "range": [-0.5, len(labels) - 0.5]},
            yaxis=category_axis(names),
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 6, "b": 28},
        ),
        span=5,
        height=250,
        head=("", *(labels[n] for n in range(0, len(labels), 4))),
        rows=[
            [name, *(fmt.short(line[n]) for n in range(0, len(labels), 4))]
            for name, line in zip(names, z, strict=True)
        ],
    )  # fmt: skip


def _mean(values: list[int]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0


def by_interval() -> Chart:
    """The frame into which the page's script draws agents needed on one day."""
    data = [
        {"type": "scatter", "mode": "lines", "x": [], "y": [], "hoverinfo": "skip",
         "line": {"color": color, "width": width, "shape": "hv", "dash": dash}}
        for color, width, dash in (("@c4", 2, "dot"), ("@c1", 2.5, "solid"))
    ]  # fmt: skip
    return Chart(
        id="whatif-day",
        title=_("Agents needed through a day"),
        sub="",
        alt=_("Drawn from the settings above."),
        figure=figure(
            data,
            {"whatif": True},
            xaxis={"showgrid": False, "nticks": 9, "type": "category"},
            yaxis={"rangemode": "tozero", "nticks": 5, "automargin": True},
            hovermode="x",
            margin={"l": 40, "r": 20, "t": 8, "b": 28},
        ),
        height=240,
    )  # fmt: skip
