"""Heat maps of volume: queue by time of a day, day by hour, weekday by hour."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import Chart, category_axis, figure, time_ticks
from reports.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reports.records import Row

_SCALE = [[0, "@h0"], [0.25, "@h1"], [0.5, "@h2"], [0.75, "@h3"], [1, "@h4"]]
_MOST_DAYS = 16
_MOST_QUEUES = 24


def _heat(
    z: list[list[float | None]],
    names: list[str],
    labels: list[str],
    ticks: tuple[list[int], list[str]],
) -> dict[str, Any]:
    texts = [[[fmt.plotly_text(n), label] for label in labels] for n in names]
    trace = {
        "type": "heatmap", "z": z, "customdata": texts, "colorscale": _SCALE, "xgap": 2, "ygap": 2,
        "zmin": 0, "hovertemplate": _("%{customdata[0]} %{customdata[1]}: <b>%{z:,.3~r}</b> "
            "contacts<extra></extra>"),
        "colorbar": {"thickness": 8, "outlinewidth": 0, "len": 1, "ticks": "", "x": 1.01,
                     "nticks": 5, "tickfont": {"size": 11}},
    }  # fmt: skip
    return figure(
        [trace],
        xaxis={"tickvals": ticks[0], "ticktext": ticks[1], "showgrid": False,
               "range": [-0.5, len(labels) - 0.5]},
        yaxis=category_axis(names),
        hovermode="closest",
        margin={"l": 8, "r": 8, "t": 6, "b": 28},
    )  # fmt: skip


def _busiest(z: list[list[float | None]], names: list[str], labels: list[str]) -> str:
    best = max(((v or 0, i, j) for i, row in enumerate(z) for j, v in enumerate(row)), default=None)
    return "" if best is None or not best[0] else f"{names[best[1]]}, {labels[best[2]]}"


def _chart(z: list[list[float | None]], names: list[str], labels: list[str], **more: Any) -> Chart:
    busiest = _busiest(z, names, labels)
    totals = [sum(v or 0 for v in row) for row in z]
    return Chart(
        id="heat",
        title=more["title"],
        sub=more["sub"] + (" " + _("Busiest: {place}.", place=busiest) if busiest else ""),
        alt=_("Heat map. Busiest: {busiest}.", busiest=busiest) if busiest else _("Heat map."),
        figure=_heat(z, names, labels, more["ticks"]),
        span=7,
        height=max(190, min(420, 64 + 30 * len(names))),
        head=("", more["counted"], _("Busiest")),
        rows=[
            [name, entry.count(total), labels[max(range(len(row)), key=lambda j: row[j] or 0)]]
            for name, total, row in zip(names, totals, z, strict=True)
        ],
    )


def by_queue(
    service: list[Row], bins: list[dict[str, Any]], names: dict[str, str], bin_s: int
) -> Chart:
    """Contacts offered by queue and time of one day."""
    place = {b["bin_at"]: i for i, b in enumerate(bins)}
    totals: dict[str, int] = defaultdict(int)
    for row in service:
        totals[row["queue_id"]] += row["n_offered"]
    queues = sorted(totals, key=lambda q: -totals[q])[:_MOST_QUEUES]
    z: list[list[float | None]] = [[0] * len(bins) for _ in queues]
    line = {queue: i for i, queue in enumerate(queues)}
    for row in service:
        if row["queue_id"] in line:
            z[line[row["queue_id"]]][place[row["bin_at"]]] = row["n_offered"]
    times = [b["local"] for b in bins]
    sub = ngettext(
        "Contacts offered by queue, every minute.", "Contacts offered by queue, every {n} minutes.",
        bin_s // 60,
    )  # fmt: skip
    more = (
        " " + _("The busiest {n} of {all} queues.", n=_MOST_QUEUES, all=len(totals))
        if len(totals) > len(queues)
        else ""
    )
    return _chart(
        z, [names.get(q, q) for q in queues], [fmt.clock(t) for t in times],
        title=_("When people called"), sub=sub + more,
        counted=_("Contacts"), ticks=time_ticks(times, 7),
    )  # fmt: skip


def by_hour(volume: list[Row], days: Mapping[date, bool]) -> Chart:
    """Contacts offered by hour: each day of a short period, of a long one weekdays' means.

    Args:
        volume: contacts by day and hour.
        days: those of the period, and whether each is over: a part of a day would lower the mean
            of its weekday.
    """
    hours = sorted({r["hour"] for r in volume})
    hours = [f"{h:02d}" for h in range(int(hours[0]), int(hours[-1]) + 1)] if hours else []
    found = {(r["local_date"], r["hour"]): r["n_offered"] for r in volume}
    labels = [f"{h}:00" for h in hours]
    step = 2 if len(hours) > 12 else 1  # noqa: PLR2004
    ticks = (list(range(0, len(hours), step)), labels[::step])
    if len(days) <= _MOST_DAYS:
        z: list[list[float | None]] = [[found.get((d, h), 0) for h in hours] for d in days]
        return _chart(
            z, [fmt.day(d) for d in days], labels, title=_("When people call"),
            sub=_("Contacts offered by day and local hour."), counted=_("Contacts"), ticks=ticks,
        )  # fmt: skip
    of = {i: [d for d, over in days.items() if over and d.isoweekday() == i] for i in range(1, 8)}
    weekdays = [i for i in of if of[i]]
    z = [[sum(found.get((d, h), 0) for d in of[i]) / len(of[i]) for h in hours] for i in weekdays]
    return _chart(
        z, [fmt.weekday(i) for i in weekdays], labels, title=_("When people call"),
        sub=_(
            "Mean contacts by weekday and local hour, over {n} days.", n=sum(map(len, of.values()))
        ),
        counted=_("Contacts a day"), ticks=ticks,
    )  # fmt: skip
