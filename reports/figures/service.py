"""Service level over time above the volume it stands on: by interval, and by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import COUNTS, Chart, band, figure, level, note, percent_range, time_ticks
from reports.language import _, ngettext

if TYPE_CHECKING:
    from datetime import date, datetime

    from reports.records import Metric, Numbers, Row

_VOLUME = {**COUNTS, "domain": [0, 0.3], "nticks": 4}


def bins_of_all(service: list[Row], bin_s: int, zone: str) -> list[dict[str, Any]]:
    """Sums over queues for every bin from the first to the last, also empty ones."""
    if not service:
        return []
    from datetime import timedelta

    step = timedelta(seconds=bin_s)
    at, last = service[0]["bin_at"], service[-1]["bin_at"]
    names = ("n_offered", "n_in_time", "n_counted", "n_lost")
    found: dict[datetime, dict[str, Any]] = {}
    while at <= last:
        found[at] = {"bin_at": at, "local": fmt.local(at, zone), **dict.fromkeys(names, 0)}
        at += step
    for row in service:
        for name in names:
            found[row["bin_at"]][name] += row[name]
    for row in found.values():
        row["level"] = 100 * row["n_in_time"] / row["n_counted"] if row["n_counted"] else None
    return list(found.values())


def course_of_queues(service: list[Row], bins: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Service level of each queue in each bin; None where nothing counts."""
    place = {b["bin_at"]: i for i, b in enumerate(bins)}
    found: dict[str, list[Any]] = {}
    for row in service:
        line = found.setdefault(row["queue_id"], [None] * len(bins))
        if row["n_counted"]:
            line[place[row["bin_at"]]] = 100 * row["n_in_time"] / row["n_counted"]
    return found


def by_interval(bins: list[dict[str, Any]], bin_s: int, metric: Metric) -> Chart:
    """Service level by interval above the calls offered; points on few calls are hollow."""
    x = list(range(len(bins)))
    values = [b["level"] for b in bins]
    small = [0 < b["n_counted"] < metric.min_n for b in bins]
    asked = [
        [fmt.clock(b["local"]), b["n_in_time"], b["n_counted"], b["bin_at"].isoformat(), bin_s]
        for b in bins
    ]
    tickvals, ticktext = time_ticks([b["local"] for b in bins])
    data = [
        {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": _rounded(values),
            "line": {"color": "@c1", "width": 2}, "customdata": asked, "cliponaxis": False,
            "marker": {
                "size": 7, "color": ["@card" if s else "@c1" for s in small],
                "line": {"color": "@c1", "width": 1.5},
            },
            "hovertemplate": _("%{customdata[0]}  <b>%{y:.1f} %</b><br>%{customdata[1]} of "
                "%{customdata[2]} in time<extra></extra>"),
        },
        _bars(
            x, [b["n_offered"] - b["n_lost"] for b in bins], "@c1soft2", asked, _("other contacts")
        ),
        _bars(x, [b["n_lost"] for b in bins], "@c2", asked, _("lost")),
    ]  # fmt: skip
    minutes = bin_s // 60
    lowest = min(
        (b for b in bins if b["level"] is not None), key=lambda b: b["level"], default=None
    )
    alt = (
        _(
            "Lowest at {local}: {level} %.",
            local=fmt.clock(lowest["local"]),
            level=fmt.number(lowest["level"], 0),
        )
        if lowest
        else ""
    )
    return Chart(
        id="service",
        title=_("Service level and contacts through the day"),
        sub=ngettext(
            "Every minute, by entry into a queue. Hollow points rest on few contacts. "
            "Select a point to see what it is made of.",
            "Every {n} minutes, by entry into a queue. Hollow points rest on few contacts. "
            "Select a point to see what it is made of.",
            minutes,
        ),
        alt=alt,
        figure=figure(
            data,
            {"metric": metric.id},
            **_layout(values, metric.goal, tickvals, ticktext, len(bins)),
        ),
        height=330,
        legend=(
            ("c1", _("service level")),
            ("c1soft2", _("contacts offered")),
            ("c2", _("of them lost")),
        ),
        head=(_("From"), _("Service level"), _("In time"), _("Counted"), _("Offered"), _("Lost")),
        rows=[
            [
                fmt.clock(b["local"]),
                entry.share(b["level"]),
                entry.count(b["n_in_time"]),
                entry.count(b["n_counted"]),
                entry.count(b["n_offered"]),
                entry.count(b["n_lost"]),
            ]
            for b in bins
        ],
    )


def by_day(
    days: list[date], numbers: dict[date, Numbers], metric: Metric, *, of: int = 0, root: str = ""
) -> Chart:
    """Service level of each day, its 95 % range as a band, above the calls of the day.

    Args:
        days: the days to show.
        numbers: of each day.
        metric: the service level.
        of: how many days there are, where older ones are not shown.
        root: the way from the page to the site's top folder.
    """
    found = [numbers[day].get(metric.id) for day in days]
    values = [n.value if n else None for n in found]
    offered = [numbers[day].value("offered") or 0 for day in days]
    iso = [day.isoformat() for day in days]
    ends = days[0], days[-1]
    asked = [
        [
            fmt.day_among(day, ends),
            fmt.part(n.numerator) if n else "",
            fmt.part(n.denominator) if n else "",
            d,
        ]
        for day, n, d in zip(days, found, iso, strict=True)
    ]
    data = [
        *band(
            iso,
            _rounded([n.low if n else None for n in found]),
            _rounded([n.high if n else None for n in found]),
        ),
        {
            "type": "scatter", "mode": "lines+markers", "x": iso, "y": _rounded(values),
            "line": {"color": "@c1", "width": 2}, "customdata": asked, "cliponaxis": False,
            "marker": {
                "size": 7, "color": [_day_colour(n) for n in found],
                "symbol": ["diamond" if n and n.status == "missed" else "circle" for n in found],
                "line": {"color": "@card", "width": 1},
            },
            "hovertemplate": _("%{customdata[0]}  <b>%{y:.1f} %</b><br>%{customdata[1]} of "
                "%{customdata[2]} in time<extra></extra>"),
        },
        _bars(iso, [round(v) for v in offered], "@c1soft2", asked, _("contacts")),
    ]  # fmt: skip
    layout = _layout(values, metric.goal, None, None, len(days))
    # On a line of its own Plotly writes the year once, and where it changes.
    year = "\n%Y" if ends[0].year != ends[1].year else ""
    layout["xaxis"] |= {
        "type": "date", "tickformat": f"%-d %b{year}", "hoverformat": "%a %-d %b",
        "automargin": True,
    }  # fmt: skip
    layout["bargap"] = 0.25
    judged = [n.status for n in found if n and n.status != "none" and not n.is_provisional]
    return Chart(
        id="trend",
        title=_("Service level and contacts by day"),
        sub=_(
            "Band: 95 % range of each day. Diamonds: days that missed the goal. "
            "Select a day to open its page."
        )
        + (
            " " + _("The last {n} of {all} days.", n=len(days), all=fmt.count(of))
            if of > len(days)
            else ""
        ),
        alt=ngettext(
            "{met} of {n} day met the goal.",
            "{met} of {n} days met the goal.",
            len(judged),
            met=judged.count("met"),
        ),
        figure=figure(data, {"metric": metric.id, "opens": f"{root}days/"}, **layout),
        height=330,
        legend=(("c1", _("service level")), ("c1soft2", _("contacts offered"))),
        head=(_("Day"), _("Service level"), _("Range"), _("In time"), _("Counted"), _("Offered")),
        rows=[
            [
                entry.day(day),
                entry.share(n.value if n else None),
                entry.between(entry.share(n.low), entry.share(n.high)) if n else "",
                entry.part(n.numerator if n else None),
                entry.part(n.denominator if n else None),
                entry.count(o),
            ]
            for day, n, o in zip(days, found, offered, strict=True)
        ],
    )


def _day_colour(number: Any) -> str:
    if number is None or number.is_small:
        return "@c4"
    return "@c2" if number.status == "missed" else "@c1"


def _rounded(values: list[float | None]) -> list[float | None]:
    return [None if v is None else round(v, 2) for v in values]


def _bars(x: list[Any], y: list[int], colour: str, asked: list[Any], what: str) -> dict[str, Any]:
    return {
        "type": "bar", "x": x, "y": y, "yaxis": "y2", "marker": {"color": colour},
        "customdata": asked, "hovertemplate": f"%{{customdata[0]}}  <b>%{{y:,}}</b> {what}"
        "<extra></extra>",
    }  # fmt: skip


def _layout(
    values: list[float | None],
    goal: float | None,
    tickvals: list[int] | None,
    ticktext: list[str] | None,
    n: int,
) -> dict[str, Any]:
    xaxis: dict[str, Any] = {"showgrid": False, "anchor": "y2"}
    if tickvals is not None:
        xaxis |= {"tickvals": tickvals, "ticktext": ticktext, "range": [-0.6, n - 0.4]}
    goal_notes = (
        []
        if goal is None
        else [
            note(
                f"<b>{_('goal {goal}', goal=fmt.short(goal))}</b>",
                xref="paper",
                x=1.004,
                y=goal,
                xanchor="left",
            )
        ]
    )
    return {
        "barmode": "stack", "bargap": 0.18, "hovermode": "closest",
        "xaxis": xaxis,
        "yaxis": {
            "domain": [0.38, 1], "range": percent_range(values, goal), "ticksuffix": " %",
            "nticks": 6,
        },
        "yaxis2": _VOLUME,
        "margin": {"l": 52, "r": 58 if goal is not None else 12, "t": 8, "b": 28},
        "shapes": [] if goal is None else [level(goal)],
        "annotations": goal_notes,
    }  # fmt: skip
