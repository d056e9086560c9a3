"""Who was needed, planned and there, and what came of what was expected."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.figures import entry
from reports.figures.base import COUNTS, Chart, figure
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row

MOST_GROUPS = 6
_LINES = (
    ("required", N_("required"), "@c1", "solid"), ("scheduled", N_("scheduled"), "@c5", "dash"),
    ("present", N_("present"), "@c3", "solid"),
)  # fmt: skip
_LEGEND = (
    ("c1", N_("required for what came")), ("c5", N_("scheduled (dashed)")), ("c3", N_("present")),
    ("c1soft2", N_("contacts that came")), ("c2", N_("forecast")),
)  # fmt: skip
_QUARTERS = 4


def quarters(rows: Sequence[Row], place: int) -> Chart | None:
    """A day of one staffing group by quarter hour; of which is its place among them by size."""
    groups = _by_size(rows)
    if place >= min(len(groups), MOST_GROUPS):
        return None
    name, own = groups[place]
    own = _without_gaps([row for row in own if _is_worked(row)])
    x = [row["local_time"] for row in own]
    sub = _gap(own)
    ticks = [t for t in x if t.endswith(":00")]
    ticks = ticks[:: max(1, -(-len(ticks) // 8))]
    found = figure(
        [
            *(_line(x, [row[f"{key}_agents"] for row in own], word, colour, dash)
              for key, word, colour, dash in _LINES),
            *_volume(x, [row["n_visits"] for row in own], [row["forecast_volume"] for row in own]),
        ],
        xaxis={"type": "category", "tickvals": ticks, "ticktext": ticks, "showgrid": False,
               "anchor": "y2", "tickangle": 0},
        **_layout(),
    )  # fmt: skip
    return Chart(
        id=f"staffing-{place}",
        title=_("Required, scheduled and present: {name}", name=name),
        sub=sub,
        alt=sub,
        figure=found,
        span=6,
        height=330,
        legend=tuple((colour, _(label)) for colour, label in _LEGEND),
        head=(_("From"), _("Required"), _("Scheduled"), _("Present"), _("Came"), _("Forecast")),
        rows=[
            [
                row["local_time"], entry.count(row["required_agents"]),
                *(
                    entry.of_unit(row[key], "number")
                    for key in ("scheduled_agents", "present_agents")
                ),
                entry.count(row["n_visits"]), entry.of_unit(row["forecast_volume"], "number"),
            ]
            for row in own
        ],
    )  # fmt: skip


def days(rows: Sequence[Row]) -> Chart | None:
    """The days of a week or month, all staffing groups together."""
    of: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        for key in ("n_visits", "forecast_volume", "required_h", "scheduled_h", "present_h"):
            of[row["local_date"]][key] += float(row[key] or 0)
    found = [(day, values) for day, values in sorted(of.items()) if any(values.values())]
    if not any(values["required_h"] or values["forecast_volume"] for _day, values in found):
        return None
    x = [day.isoformat() for day, _ in found]
    needed, there = (sum(v[key] for _day, v in found) for key in ("required_h", "present_h"))
    sub = _(
        "Hours of agents at work, and contacts of queues with a forecast. "
        "{needed}\u202fh were required for what came, {there}\u202fh were present.",
        needed=fmt.count(needed),
        there=fmt.count(there),
    )
    return Chart(
        id="staffing",
        title=_("Required, scheduled and present by day"),
        sub=sub,
        alt=sub,
        figure=figure(
            [
                *(
                    _line(
                        x, [v[f"{key}_h"] for _day, v in found], word, colour, dash, shape="linear"
                    )
                    for key, word, colour, dash in _LINES
                ),
                *_volume(
                    x,
                    [v["n_visits"] for _day, v in found],
                    [v["forecast_volume"] for _day, v in found],
                ),
            ],
            xaxis={"type": "date", "tickformat": "%-d %b", "showgrid": False, "anchor": "y2"},
            **_layout(),
        ),
        height=330,
        legend=tuple((colour, _(label)) for colour, label in _LEGEND),
        head=(
            _("Day"),
            _("Required, h"),
            _("Scheduled, h"),
            _("Present, h"),
            _("Came"),
            _("Forecast"),
        ),
        rows=[
            [
                entry.day(day),
                *(entry.hours(v[f"{key}_h"]) for key, *_look in _LINES),
                entry.count(v["n_visits"]),
                entry.count(v["forecast_volume"]),
            ]
            for day, v in found
        ],
    )


def _by_size(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Groups for which anybody was required or scheduled, the largest first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["staffing_group"]].append(row)
    size = {
        name: sum(float(r["required_agents"] or 0) + float(r["scheduled_agents"] or 0) for r in own)
        for name, own in groups.items()
    }
    return sorted(
        ((name, own) for name, own in groups.items() if size[name]),
        key=lambda item: (-size[item[0]], item[0]),
    )


def _is_worked(row: Row) -> bool:
    keys = ("n_visits", "required_agents", "scheduled_agents", "present_agents")
    return any(row[key] for key in keys)


def _without_gaps(rows: Sequence[Row]) -> list[Row]:
    """The rows, with empty ones for quarter hours between them in which nothing was."""
    found: list[Row] = []
    for row in rows:
        at = _minute(row)
        while found and _minute(found[-1]) + 15 < at:
            minute = _minute(found[-1]) + 15
            empty = dict.fromkeys(row, 0.0)
            found.append({**empty, "local_time": f"{minute // 60:02d}:{minute % 60:02d}"})
        found.append(row)
    return found


def _minute(row: Row) -> int:
    return 60 * int(row["local_time"][:2]) + int(row["local_time"][3:5])


def _gap(rows: Sequence[Row]) -> str:
    """How often, and by how much, too few were there."""
    known = [row for row in rows if row["required_agents"]]
    if not known:
        return _("How many were required is not known: no handle time, T or goal.")
    gaps = [row["present_agents"] - row["required_agents"] for row in known]
    short = [-gap for gap in gaps if gap < 0]
    if not short:
        return ngettext(
            "Enough were present in all of {n} quarter hour.",
            "Enough were present in all of {n} quarter hours.", len(known),
        )  # fmt: skip
    lost = sum(short) / _QUARTERS
    return _(
        "Too few were present in {n} of {all} quarter hours, by {lost}\u202fhours of agents.",
        n=len(short),
        all=len(known),
        lost=fmt.number(lost, 1),
    )


def _line(
    x: list[str], y: list[Any], word: str, colour: str, dash: str, *, shape: str = "hv"
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x,
        "y": [None if v is None else round(float(v), 2) for v in y],
        "line": {"color": colour, "width": 2, "dash": dash, "shape": shape},
        "hovertemplate": f"%{{x}}  <b>%{{y:,.1f}}</b> {_(word)}<extra></extra>",
    }  # fmt: skip


def _volume(x: list[str], came: list[Any], forecast: list[Any]) -> list[dict[str, Any]]:
    bars = {
        "type": "bar", "x": x, "y": came, "yaxis": "y2", "marker": {"color": "@c1soft2"},
        "hovertemplate": _("%{x}  <b>%{y:,.0f}</b> came<extra></extra>"),
    }  # fmt: skip
    line = _line(x, forecast, N_("forecast"), "@c2", "solid", shape="linear")
    return [bars, {**line, "yaxis": "y2"}]


def _layout() -> dict[str, Any]:
    return {
        "yaxis": {"domain": [0.42, 1], "nticks": 5, **COUNTS},
        "yaxis2": {"domain": [0, 0.34], "nticks": 4, **COUNTS},
        "hovermode": "closest", "bargap": 0.15,
        "margin": {"l": 48, "r": 20, "t": 8, "b": 28},
    }  # fmt: skip
