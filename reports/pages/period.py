"""The two pages of numbers: the overview of all days, and one local day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reports import findings
from reports import format as fmt
from reports.figures import outcomes, people, service, volume, waits
from reports.pages import questions, tables, trust
from reports.queries import MOST_WAIT_STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from reports.figures.base import Chart
    from reports.records import Metric, Number, Numbers, Period, Row, Stamp, Trust

_TREND_DAYS = 366
_LISTED_DAYS = 92
"""More days than these would make the overview heavy; older ones are links by month."""

Course = dict[tuple[str, str, str], list[float | None]]
"""Values over time of (metric, scope kind, scope id)."""


@dataclass(frozen=True)
class Site:
    """What all pages share."""

    name: str
    stamp: Stamp
    trust: Trust
    metrics: Mapping[tuple[str, int], Metric]
    queues: Mapping[str, Row]
    agents: Mapping[str, Row]
    days: Sequence[date]
    script: str
    """File name of the chart library in assets/."""

    @property
    def queue_names(self) -> dict[str, str]:
        """Queue id -> name."""
        return {queue: row["queue_name"] or queue for queue, row in self.queues.items()}

    def limits(self) -> list[int]:
        """The queues' time limits T, in seconds."""
        return sorted({q["service_level_s"] for q in self.queues.values() if q["service_level_s"]})


def day_context(
    site: Site, period: Period, by_day: Mapping[date, Numbers], course: Course
) -> dict[str, Any]:
    """What the template of a day needs; `by_day` holds the days it is compared with."""
    from datetime import timedelta

    day = period.first
    before, week = by_day.get(day - timedelta(days=1)), by_day.get(day - timedelta(days=7))
    earlier = []
    if before:
        earlier.append(("day before", before))
    if week:
        earlier.append((f"{fmt.weekday(day.isoweekday())} before", week))
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    level = period.numbers.get("service_level")
    found = [
        findings.service_against_goal(period.numbers, before, "the day before"),
        findings.worst_queue(period.numbers, site.queue_names),
        findings.worst_interval(bins, level.metric.min_n, level.goal) if level else None,
    ]
    context = _shared(site, period, found, earlier, course)
    place = list(site.days).index(day)
    context |= {
        "title": fmt.long_day(day),
        "subtitle": _span_of_day(period, site.stamp.zone),
        "charts": _charts(site, period, _day_lead(period, bins, level), bins),
        "previous": site.days[place - 1] if place else None,
        "next": site.days[place + 1] if place + 1 < len(site.days) else None,
        "root": "../",
        "provisional": "Provisional: the day is not over" if _is_open(period.numbers) else "",
    }
    return context


def overview_context(
    site: Site,
    period: Period,
    by_day: Mapping[date, Numbers],
    course: Course,
    weeks: tuple[Numbers, Numbers] | None,
) -> dict[str, Any]:
    """What the template of the overview needs; `weeks` are the last seven days and those before."""
    days, level = list(site.days), period.numbers.get("service_level")
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    found = [
        findings.service_against_goal(period.numbers, None, ""),
        findings.worst_queue(period.numbers, site.queue_names),
        findings.worst_day(dict(by_day)) if len(days) > 1 else None,
        findings.worst_interval(bins, level.metric.min_n, level.goal) if level else None,
    ]
    lead: list[Chart] = _day_lead(period, bins, level)
    if len(days) > 1 and level:
        lead = [service.by_day(days[-_TREND_DAYS:], dict(by_day), level.metric, of=len(days))]
    context = _shared(site, period, found, [], course)
    if weeks:
        context["cards"], context["more_cards"] = _cards(period.numbers, [], course, weeks)
    context |= {
        "title": site.name,
        "subtitle": f"{fmt.days(period.first, period.last)} · {fmt.plural(len(days), 'day')} with "
        "data",
        "charts": _charts(site, period, lead, bins),
        "days": _day_table(days[-_LISTED_DAYS:], by_day),
        "older": months_of(days[:-_LISTED_DAYS]),
        "root": "",
        "provisional": f"Provisional: {fmt.day(days[-1])} is not over"
        if _is_open(by_day[days[-1]])
        else "",
    }
    return context


def _shared(
    site: Site,
    period: Period,
    found: list[findings.Finding | None],
    earlier: list[tuple[str, Numbers]],
    course: Course,
) -> dict[str, Any]:
    found += [
        findings.lost_calls(period.outcomes, site.queue_names),
        findings.refused(period.outcomes, site.queue_names),
        findings.unanswered_rings(period.offers, site.queue_names),
        findings.flattered(period.numbers),
    ]
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    cards, more = _cards(period.numbers, earlier, course, None)
    all_numbers = period.numbers.of_scope("all")
    courses = service.course_of_queues(period.service, bins) or {
        queue: course.get(("service_level", "queue", queue), []) for queue in site.queues
    }
    return {
        **frame(site),
        "story": findings.choose(found),
        "cards": cards,
        "more_cards": more,
        "queue_table": tables.queue_table(period.numbers, dict(site.queues), courses),
        "agent_table": tables.agent_table(period.numbers, dict(site.agents), period.agent_time),
        "state_legend": [(colour, label) for _, colour, label in people.STATES],
        "assumed": site.trust.assumed_queues,
        "glossary": _glossary(site, period, all_numbers),
        "data": questions.page_data(list(_newest(site).values()), period, site.stamp.zone),
    }


def _is_open(numbers: Numbers) -> bool:
    number = numbers.get("offered")
    return number is not None and number.is_provisional


def frame(site: Site) -> dict[str, Any]:
    """What every page's frame needs."""
    return {
        "site": site,
        "stamp": site.stamp,
        "pill": trust.headline(site.trust),
        "notes": trust.notes(site.trust),
        "provisional": "",
        "previous": None,
        "next": None,
        "data": None,
        "charts": [],
    }


def _newest(site: Site) -> dict[str, Metric]:
    return {m.id: m for m in sorted(site.metrics.values(), key=lambda m: m.version)}


def _span_of_day(period: Period, zone: str) -> str:
    if period.activity is None:
        return "No calls"
    first, last = (fmt.local(at, zone) for at in period.activity)
    return f"Calls from {fmt.clock(first)} to {fmt.clock(last)} · {zone}"


def _cards(
    numbers: Numbers,
    earlier: list[tuple[str, Numbers]],
    course: Course,
    weeks: tuple[Numbers, Numbers] | None,
) -> tuple[list[tables.Card], list[tables.Card]]:
    def cards(ids: Sequence[str]) -> list[tables.Card]:
        found = []
        for metric in ids:
            number = numbers.get(metric)
            if number is None:
                continue
            card = tables.card(number, earlier, course.get((metric, "all", "all"), []))
            found.append(_with_weeks(card, weeks) if weeks else card)
        return found

    return cards(tables.MAIN_CARDS), cards(tables.MORE_CARDS)


def _with_weeks(card: tables.Card, weeks: tuple[Numbers, Numbers]) -> tables.Card:
    """The card of a long period also says how the last seven days went."""
    metric = card.number.metric
    last, old = (w.get(metric.id) for w in weeks)
    if last is None or last.value is None:
        return card
    moved = tables.change(last, old, "week before")
    now = tables.Change(
        f"last 7 days {fmt.value(last.value, metric.unit)}", "flat", "The last seven days"
    )
    return replace(card, changes=(now, *([moved] if moved else [])))


def _day_lead(period: Period, bins: list[dict[str, Any]], level: Number | None) -> list[Chart]:
    return [service.by_interval(bins, period.bin_s, level.metric)] if level and bins else []


def _charts(
    site: Site, period: Period, lead: list[Chart], bins: list[dict[str, Any]]
) -> list[Chart]:
    names = site.queue_names
    charts = list(lead)
    if period.states and period.activity:
        charts.append(people.at_work(period.states, bins, period.bin_s, period.activity))
    pair = []
    if period.volume:
        pair.append(volume.by_hour(period.volume, list(site.days)))
    elif bins:
        pair.append(volume.by_queue(period.service, bins, names, period.bin_s))
    if period.waits:
        pair.append(waits.histogram(
            period.waits, period.wait_step_ms, period.percentiles, site.limits(), MOST_WAIT_STEPS
        ))  # fmt: skip
    charts += _level(pair)
    pair = [outcomes.visits(period.outcomes, names)] if period.outcomes else []
    if period.offers:
        pair.append(outcomes.offers(period.offers, names))
    return charts + _level(pair)


def _level(pair: list[Chart]) -> list[Chart]:
    """Charts that stand side by side, as tall as the tallest; one alone takes the row."""
    if len(pair) == 1:
        return [replace(pair[0], span=12)]
    tallest = max((c.height for c in pair), default=0)
    return [replace(c, height=tallest) for c in pair]


def _day_table(
    days: list[date], by_day: Mapping[date, Numbers]
) -> tuple[list[tables.Column], list[list[tables.Cell]]]:
    shown = (
        ("offered", "Calls"), ("service_level", "Service level"), ("abandonment_rate", "Abandoned"),
        ("average_speed_of_answer", "Speed of answer"), ("average_handle_time", "Handle time"),
        ("occupancy", "Occupancy"),
    )  # fmt: skip
    columns = [tables.Column("Day", left=True), tables.Column("State", left=True)]
    columns += [tables.Column(label) for _, label in shown]
    rows = []
    for day in reversed(days):
        numbers = by_day[day]
        level = numbers.get("service_level")
        sign = tables.SIGNS.get(level.status) if level and not level.is_small else None
        rows.append([
            tables.Cell(f"{fmt.day(day)} {day.year}", sort=day.toordinal(), left=True,
                        href=f"days/{day.isoformat()}.html"),
            tables.Cell(state=sign, sort=level.status if level else "", left=True),
            *(replace(tables.cell(numbers.get(metric)), number=None) for metric, _ in shown),
        ])  # fmt: skip
    return columns, rows


def months_of(days: list[date]) -> list[tuple[str, list[date]]]:
    """Days too many for the list, by month, newest first: heading and days."""
    months = groupby(days, key=lambda d: (d.year, d.month))
    return [(fmt.month(year, month), list(found)) for (year, month), found in months][::-1]


def _glossary(site: Site, period: Period, numbers: list[Number]) -> list[dict[str, Any]]:
    """The metrics that the centre's feeds tell; of others there is nothing to look up."""
    values = {n.metric.id: n for n in numbers}
    known = [metric for metric in _newest(site).values() if metric.id in values]
    found = []
    for metric in sorted(known, key=lambda m: m.name):
        number = values[metric.id]
        found.append({
            "metric": metric,
            "cell": tables.cell(number),
            "goal": tables.goal_text(number),
            "range": tables.confidence(number),
            "numerator": fmt.part(number.numerator),
            "denominator": fmt.part(number.denominator),
            "sql": questions.number_sql(metric, "all", "all", period),
            "calls": questions.calls_command(metric, "all", "all", period),
        })  # fmt: skip
    return found
