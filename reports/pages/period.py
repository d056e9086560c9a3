"""The two pages of numbers: the overview of all days, and one local day."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reports import findings
from reports import format as fmt
from reports.calls import told
from reports.figures import outcomes, people, service, volume, waits
from reports.language import N_, _, ngettext
from reports.pages import questions, tables
from reports.pages.frame import Link, frame, glossary, newest
from reports.spans import AllDays, span_of
from reports.steps import MOST_WAIT_STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from reports.figures.base import Chart
    from reports.pages.frame import Site
    from reports.records import Number, Numbers, Period
    from reports.spans import Span

_TREND_DAYS = 366
_LISTED_DAYS = 92
"""More days than these would make the overview heavy; older ones are links by month."""

IN_LISTS = {
    "offered": N_("Contacts"),
    "service_level": N_("Service level"),
    "abandonment_rate": N_("Abandoned"),
    "average_speed_of_answer": N_("Speed of answer"),
    "average_handle_time": N_("Handle time"),
    "occupancy": N_("Occupancy"),
}
"""Metric -> heading of its column in a list of days."""

_PROVISIONAL = {
    "day": N_("Provisional: the day is not over"),
    "week": N_("Provisional: the week is not over"),
    "month": N_("Provisional: the month is not over"),
}

Course = dict[tuple[str, str, str], list[float | None]]
"""Values over time of (metric, scope kind, scope id)."""


def day_context(
    site: Site, period: Period, by_day: Mapping[date, Numbers], course: Course
) -> dict[str, Any]:
    """What the template of a day needs; `by_day` holds the days it is compared with."""
    from datetime import timedelta

    day = period.first
    before, week = by_day.get(day - timedelta(days=1)), by_day.get(day - timedelta(days=7))
    earlier = []
    if before:
        earlier.append((_("day before"), before))
    if week:
        earlier.append((_("{weekday} before", weekday=fmt.weekday(day.isoweekday())), week))
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    level = period.numbers.get("service_level")
    found = [
        findings.service_against_goal(period.numbers, before, _("the day before")),
        findings.worst_queue(period.numbers, site.queue_names),
        findings.worst_interval(bins, level.metric.min_n, level.goal) if level else None,
    ]
    context = _shared(site, period, found, earlier, course, span=span_of("day", day))
    context |= {
        "title": fmt.long_day(day),
        "subtitle": _span_of_day(period, site.stamp.zone),
        "charts": _charts(site, period, _day_lead(period, bins, level), bins, {day: True}),
        "root": "../",
        "provisional": _provisional(site, span_of("day", day), period.numbers, context),
    }
    return context


def overview_context(
    site: Site,
    period: Period,
    by_day: Mapping[date, Numbers],
    course: Course,
    weeks: tuple[Numbers, Numbers] | None,
) -> dict[str, Any]:
    """What the first page's template needs; `weeks` are the last seven days and those before."""
    days = list(site.days)
    context = _of_days(site, period, by_day, course, days, root="")
    if weeks:
        context["cards"], context["more_cards"] = _cards(period.numbers, [], course, weeks)
    return context | {
        "title": site.name,
        "all_days": AllDays(days[0], days[-1]),
        "subtitle": f"{fmt.days(period.first, period.last)} · "
        + ngettext("{n} day with data", "{n} days with data", len(days)),
        "older": months_of(days[:-_LISTED_DAYS]),
        "archive": archive(site),
        "missing": site.missing(),
        "provisional": _("Provisional: {days} is not over", days=fmt.day(days[-1]))
        if by_day[days[-1]].is_open
        else "",
    }


def span_context(
    site: Site,
    span: Span,
    period: Period,
    by_day: Mapping[date, Numbers],
    *,
    course: Course,
    earlier: list[tuple[str, Numbers]],
) -> dict[str, Any]:
    """What the template of a week or month needs; `earlier` is the one before it."""
    days = [day for day in site.days if span.first <= day <= span.last]
    context = _of_days(site, period, by_day, course, days, root="../", earlier=earlier, span=span)
    return context | {
        "title": span.title,
        "subtitle": ngettext("{n} day with data", "{n} days with data", len(days)),
        "older": [],
        "archive": [],
        "missing": [],
        "provisional": _provisional(site, span, period.numbers, context),
    }


def _of_days(
    site: Site,
    period: Period,
    by_day: Mapping[date, Numbers],
    course: Course,
    days: list[date],
    *,
    root: str,
    earlier: Sequence[tuple[str, Numbers]] = (),
    span: Span | None = None,
) -> dict[str, Any]:
    level = period.numbers.get("service_level")
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    last = earlier[0] if earlier else None
    found = [
        findings.service_against_goal(
            period.numbers, last[1] if last else None, last[0] if last else ""
        ),
        findings.worst_queue(period.numbers, site.queue_names),
        findings.worst_day(dict(by_day)) if len(days) > 1 else None,
        findings.worst_interval(bins, level.metric.min_n, level.goal) if level else None,
    ]
    over = {day: day not in by_day or not by_day[day].is_open for day in days}
    lead: list[Chart] = _day_lead(period, bins, level)
    if len(days) > 1 and level:
        shown = days[-_TREND_DAYS:]
        lead = [service.by_day(shown, dict(by_day), level.metric, of=len(days), root=root)]
    return _shared(site, period, found, list(earlier), course, span=span) | {
        "charts": _charts(site, period, lead, bins, over),
        "days": _day_table(days[-_LISTED_DAYS:], by_day, root),
        "root": root,
    }


def archive(site: Site) -> list[tuple[str, list[Link]]]:
    """Months and weeks with pages, the newest first: heading and links."""
    return [
        (words, [Link(f"{span.folder}.html", span.short) for span in reversed(site.spans[grain])])
        for words, grain in ((_("Months"), "month"), (_("Weeks"), "week"))
        if grain in site.spans
    ]


def _shared(
    site: Site,
    period: Period,
    found: list[findings.Finding | None],
    earlier: list[tuple[str, Numbers]],
    course: Course,
    *,
    span: Span | None = None,
) -> dict[str, Any]:
    found += [
        findings.lost_contacts(period.outcomes, site.queue_names),
        findings.refused(period.outcomes, site.queue_names),
        findings.unanswered_rings(period.offers, site.queue_names),
        findings.flattered(period.numbers),
    ]
    bins = service.bins_of_all(period.service, period.bin_s, site.stamp.zone)
    cards, more = _cards(period.numbers, earlier, course, None)
    all_numbers = period.numbers.of_scope("all")
    asked = questions.Asked(span.grain if span else None, period.first, period.last)
    courses = service.course_of_queues(period.service, bins) or {
        queue: course.get(("service_level", "queue", queue), []) for queue in site.queues
    }
    return {
        **frame(site, span),
        "story": findings.choose(found),
        "cards": cards,
        "told": tables.told(cards),
        "more_cards": more,
        "queue_table": tables.queue_table(period.numbers, dict(site.queues), courses),
        "agent_table": tables.agent_table(period.numbers, dict(site.agents), period.agent_time),
        "idle_agents": _idle(period),
        "state_legend": [(colour, _(label)) for _state, colour, label in people.STATES],
        "assumed": site.trust.assumed_queues,
        "glossary": glossary(site, period.numbers, [n.metric.id for n in all_numbers], asked),
        "data": {
            "lists": told.of_page(site, span, newest(site), _scopes(period.numbers), "../"),
            **questions.page_data(list(newest(site).values()), asked, site.stamp.zone),
        },
    }


def _idle(period: Period) -> str:
    """How many agents the table leaves out."""
    known = set(period.numbers.scope_ids("agent"))
    n = len(known - tables.at_work(period.numbers, period.agent_time))
    return ngettext("{n} more was not logged in and had no contact.",
                    "{n} more were not logged in and had no contact.", n) if n else ""  # fmt: skip


def _scopes(numbers: Numbers) -> list[tuple[str, str]]:
    """Those that the tables of queues and agents have numbers of."""
    return [(kind, one) for kind in ("queue", "agent") for one in numbers.scope_ids(kind)]


def _provisional(site: Site, span: Span, numbers: Numbers, context: Mapping[str, Any]) -> str:
    """That a span may still change, and why; or which key figures, where it is over."""
    if not numbers.is_open:
        return tables.provisional([*context["cards"], *context["more_cards"]])
    read_to = site.stamp.data_up_to
    if read_to is not None and read_to.date() > span.last:
        return _("Provisional: not all sources are read to its end")
    return _(_PROVISIONAL[span.grain])


def _span_of_day(period: Period, zone: str) -> str:
    if period.activity is None:
        return _("No contacts")
    first, last = (fmt.clock(fmt.local(at, zone)) for at in period.activity)
    return _("Contacts from {first} to {last} · {zone}", first=first, last=last, zone=zone)


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
    moved = tables.change(last, old, _("week before"))
    now = tables.Change(
        _("last 7 days {value}", value=fmt.value(last.value, metric.unit)),
        "flat",
        _("The last seven days"),
    )
    return replace(card, changes=(now, *([moved] if moved else [])))


def _day_lead(period: Period, bins: list[dict[str, Any]], level: Number | None) -> list[Chart]:
    return [service.by_interval(bins, period.bin_s, level.metric)] if level and bins else []


def _charts(
    site: Site,
    period: Period,
    lead: list[Chart],
    bins: list[dict[str, Any]],
    days: Mapping[date, bool],
) -> list[Chart]:
    names = site.queue_names
    charts = list(lead)
    if period.states and period.activity:
        charts.append(people.at_work(period.states, bins, period.bin_s, period.activity))
    pair = []
    if period.volume:
        pair.append(volume.by_hour(period.volume, days))
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
    days: list[date], by_day: Mapping[date, Numbers], root: str
) -> tuple[list[tables.Column], list[list[tables.Cell]]]:
    columns = [tables.Column(_("Day"), left=True), tables.Column(_("State"), left=True)]
    columns += [tables.Column(_(label)) for label in IN_LISTS.values()]
    rows = []
    for day in reversed(days):
        numbers = by_day[day]
        level = numbers.get("service_level")
        sign = tables.sign_of(level.status) if level and not level.is_small else None
        rows.append([
            tables.Cell(f"{fmt.day(day)} {day.year}", sort=day.toordinal(), left=True,
                        href=f"{root}days/{day.isoformat()}.html", day=day),
            tables.Cell(state=sign, sort=level.status if level else "", left=True),
            *(
                replace(tables.cell(number := numbers.get(metric)), number=None, shown=number)
                for metric in IN_LISTS
            ),
        ])  # fmt: skip
    return columns, rows


def months_of(days: list[date]) -> list[tuple[str, list[date]]]:
    """Days too many for the list, by month, newest first: heading and days."""
    months = groupby(days, key=lambda d: (d.year, d.month))
    return [(fmt.month(year, month), list(found)) for (year, month), found in months][::-1]
