"""Days or weeks on which more was out of the usual than chance brings; where, when, likely why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING

from reports import format as fmt
from reports.language import N_, _
from reports.spans import span_of
from reports.timelines import timeline_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, time

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Numbers
    from reports.spans import Grain, Span
    from reports.timelines import Timeline

MOST = 8
_FAR = 5.0
"""One metric alone makes a day stand out when it is so many standard deviations off."""
_CAPPED = 8.0
"""No metric alone counts for more when days are put in order."""
_TOGETHER = 3
"""Or so many metrics are outside their usual range at once: by chance that is hardly ever seen."""
_LOCAL = 2.0
"""A site is named when it is itself so many standard deviations off, and more than any other."""
_QUARTER = timedelta(minutes=15)
CAUSES = (
    ("offered", 1, N_("more contacts came than usual")),
    ("ivr_sessions", 1, N_("more calls reached the menus than usual")),
    ("ivr_containment", -1, N_("the menus settled less than usual")),
    ("contained_gross", -1, N_("the menus settled less than usual")),
    ("absence_rate", 1, N_("more agents were absent than usual")),
    ("shrinkage", 1, N_("less of the paid time was there for contacts")),
    ("schedule_adherence", -1, N_("agents kept less to their schedules")),
    ("average_handle_time", 1, N_("contacts took longer than usual")),
    ("forecast_wape_day", 1, N_("the forecast was farther off than usual")),
    ("offered", -1, N_("fewer contacts came than usual")),
)  # fmt: skip
"""What drives the rest, first the farthest up the chain: metric, sign, words."""


@dataclass(frozen=True)
class Outside:
    """A value outside its usual range."""

    excess: float
    line: Timeline
    place: int


@dataclass(frozen=True)
class Standout:
    """A day or week, the values that were outside, the farthest first, and why."""

    span: Span
    out: tuple[Outside, ...]
    cause: str = ""
    """Words of the driver farthest up the chain that was out of the usual too; empty if none."""
    lead: Outside | None = None
    """That driver, else the value farthest outside."""


@dataclass(frozen=True)
class Hours:
    """The stretch of a day with the most contacts beyond what its weekday brings."""

    first: time
    end: time
    n: float
    usual: float


def standouts(lines: Iterable[Timeline]) -> list[Standout]:
    """Spans with several values outside at once, or one far outside; the worst first."""
    found: dict[Span, list[Outside]] = defaultdict(list)
    for line in lines:
        for place in line.found.outside:
            found[line.spans[place]].append(Outside(line.excess(place), line, place))
    ranked = []
    for span, out in found.items():
        out.sort(key=lambda o: -abs(o.excess))
        if len(out) >= _TOGETHER or abs(out[0].excess) >= _FAR:
            weight = sum(min(_CAPPED, abs(o.excess)) for o in out)
            ranked.append((-weight, span, tuple(out)))
    ranked.sort(key=lambda r: r[:2])
    return [_explained(span, out) for _, span, out in ranked[:MOST]]


def _explained(span: Span, out: tuple[Outside, ...]) -> Standout:
    by_metric = {o.line.metric.id: o for o in out}
    for metric, sign, words in CAUSES:
        driver = by_metric.get(metric)
        if driver is not None and driver.excess * sign > 0:
            return Standout(span, out, _(words), driver)
    return Standout(span, out, "", out[0])


# -------------------------------------------------------------------- where and when


def places(reader: Reader, site: Site, found: Iterable[Standout]) -> dict[Span, str]:
    """In words, at which site a day stood out most, and in which hours more contacts came."""
    daily = [s for s in found if s.span.grain == "day" and s.lead is not None]
    if not daily:
        return {}
    lines = [s.lead.line for s in daily if s.lead]
    shown = [day for day in site.days if day >= min(line.spans[0].first for line in lines)]
    metrics = sorted({line.metric.id for line in lines})
    wanted = {"all": metrics, "site": metrics}
    numbers = reader.numbers_of("day", shown[0], shown[-1], wanted)
    told = {s.span: _at(site, s, numbers, shown) for s in daily}
    busy = [s for s in daily if s.lead and s.lead.line.metric.id == "offered" and s.lead.excess > 0]
    if busy:
        zone = site.stamp.zone
        counts = _counts(reader, shown, zone)
        for standout in busy:
            hours = busiest(counts, standout.span.first)
            told[standout.span] += _hours(hours, zone) if hours else ""
    return told


def _at(
    site: Site, standout: Standout, numbers: Mapping[Span, Numbers], days: Sequence[date]
) -> str:
    """The site that was farthest off in the same direction, if there are several."""
    lead = standout.lead
    at = numbers.get(standout.span)
    ids = at.scope_ids("site") if at else []
    if lead is None or len(ids) < 2:  # noqa: PLR2004
        return ""
    spans: dict[Grain, list[Span]] = {"day": [span_of("day", day) for day in days], "week": []}
    best = (_LOCAL, "")
    for scope in ids:
        line = timeline_of(
            lead.line.metric.id, spans, {"day": numbers, "week": {}}, scope=("site", scope)
        )
        if line is None or not line.found.levels or standout.span not in line.spans:
            continue
        place = line.spans.index(standout.span)
        excess = line.excess(place) * (1 if lead.excess > 0 else -1)
        if excess > best[0]:
            best = (excess, _against(line, place, site.scope_name("site", scope)))
    return best[1]


def _against(line: Timeline, place: int, site: str) -> str:
    here, there = (fmt.value(v, line.metric.unit) for v in line.beside(place))
    return _(
        "{name} at {site}: {here} against {there}.",
        name=line.metric.name,
        site=site,
        here=here,
        there=there,
    )


Counts = dict["date", dict["time", float]]


def _counts(reader: Reader, days: Sequence[date], zone: str) -> Counts:
    """Offered contacts by local day and quarter hour."""
    found: Counts = defaultdict(dict)
    span = {"from_date": days[0], "to_date": days[-1], "metrics": ["offered"]}
    for row in reader.rows("kpi_intervals", **span):
        clock = fmt.local(row["interval_start"], zone).time()
        found[row["local_date"]][clock] = float(row["value"] or 0)
    return found


def busiest(counts: Counts, day: date) -> Hours | None:
    """The stretch of quarter hours with the largest sum beyond what the weekday brings.

    Beyond the median of the same weekday and one Poisson standard deviation, so that a day which is
    a little busier throughout does not count as one long stretch.

    None where fewer than three other such weekdays are known. The stretch of the largest sum is
    found in one pass (Kadane; J. Bentley, "Programming pearls", CACM 27, 1984).
    """
    alike = [at for d, at in counts.items() if d != day and d.weekday() == day.weekday()]
    if len(alike) < 3 or day not in counts:  # noqa: PLR2004
        return None
    clocks = sorted({clock for at in (*alike, counts[day]) for clock in at})
    usual = [median(at.get(clock, 0.0) for at in alike) for clock in clocks]
    here = [counts[day].get(clock, 0.0) for clock in clocks]
    best, since, total = (0.0, 0, 0), 0, 0.0
    for place, (n, expected) in enumerate(zip(here, usual, strict=True)):
        if total <= 0:
            since, total = place, 0.0
        total += n - expected - sqrt(expected + 1)
        if total > best[0]:
            best = (total, since, place + 1)
    _, first, end = best
    if first == end:
        return None
    past = (datetime.combine(day, clocks[end - 1]) + _QUARTER).time()
    return Hours(clocks[first], past, sum(here[first:end]), sum(usual[first:end]))


def _hours(hours: Hours, zone: str) -> str:
    when = f"{fmt.to(f'{hours.first:%H:%M}', f'{hours.end:%H:%M}')} ({zone})"
    return " " + _(
        "Most from {when}: {n} contacts against {usual}.",
        when=when,
        n=fmt.count(hours.n),
        usual=fmt.count(hours.usual),
    )
