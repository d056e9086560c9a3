"""The overview pages: of all days, of a local day, of a week and of a month."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from reports.pages import period, tables
from reports.pages.frame import newest
from reports.records import Numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from reports.pages.frame import Site
    from reports.pages.period import Course
    from reports.queries import Reader
    from reports.records import Metric, Period, Row
    from reports.spans import Span
    from reports.subjects import Page

_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)


def shown(site: Site) -> dict[str, set[str]]:
    """Kind of scope -> the metrics that an overview shows of it: all of the whole centre."""
    return {
        "all": set(newest(site)),
        "queue": set(tables.OF_QUEUES),
        "agent": set(tables.OF_AGENTS),
    }


def before(span: Span) -> list[Span]:
    """The days, weeks or months before a span whose numbers its overview shows beside its own."""
    earliest = min(other.first for _, other in span.compared)
    found = [span.before]
    while found[-1].first > earliest:
        found.append(found[-1].before)
    return found[::-1]


def pages(
    reader: Reader, site: Site, spans: Sequence[Span], numbers: Mapping[Span, Numbers]
) -> Iterator[Page]:
    """The overviews of neighbouring days, weeks or months.

    `numbers` are those of the spans and of those before the first.
    """
    make = _days if spans[0].grain == "day" else _longer
    return make(reader, site, spans, numbers)


def _longer(
    reader: Reader, site: Site, spans: Sequence[Span], numbers: Mapping[Span, Numbers]
) -> Iterator[Page]:
    """Weeks or months: their own numbers, and the days in them."""
    wanted = {"all": {*tables.CARDS, *period.IN_LISTS}, "queue": ["service_level"]}
    by_day = _by_day(reader, spans[0].first, spans[-1].last, wanted)
    for span in spans:
        days = {day: found for day, found in by_day.items() if span.first <= day <= span.last}
        of_span = numbers.get(span, Numbers())
        period_ = reader.period(span.first, span.last, of_span, site.limits())
        earlier = [(words, numbers[s]) for words, s in span.compared if s in numbers]
        context = period.span_context(
            site, span, period_, days, course=_day_course(days), earlier=earlier
        )
        yield f"{span.folder}.html", "overview.html.j2", context


def _days(
    reader: Reader, site: Site, spans: Sequence[Span], numbers: Mapping[Span, Numbers]
) -> Iterator[Page]:
    by_day = {span.first: found for span, found in numbers.items()}
    courses = _interval_courses(reader, [span.first for span in spans])
    for span in spans:
        day = span.first
        shown_ = reader.period(day, day, by_day.get(day, Numbers()), site.limits())
        course = {**courses[day], **_fine_course(reader, shown_)}
        context = period.day_context(site, shown_, by_day, course)
        yield f"{span.folder}.html", "day.html.j2", context


def _by_day(
    reader: Reader, first: date, last: date, wanted: Mapping[str, Iterable[str]]
) -> dict[date, Numbers]:
    numbers = reader.numbers_of("day", first, last, wanted)
    return {span.first: found for span, found in numbers.items()}


def of_all(reader: Reader, site: Site) -> dict[str, Any]:
    """What the template of the first page needs: all days together."""
    first, last = site.days[0], site.days[-1]
    period_of = partial(reader.period_numbers, metrics=tables.IN_TABLES)
    single = len(site.days) == 1
    wanted = shown(site) if single else {"all": newest(site), "queue": ["service_level"]}
    by_day = _by_day(reader, first, last, wanted)
    numbers = by_day[first] if single else period_of(first, last)
    shown_ = reader.period(first, last, numbers, site.limits())
    ended = _newest_final(by_day)
    weeks = None
    if ended - first >= timedelta(days=13):
        week = timedelta(days=7)
        weeks = (
            period_of(ended - week + _DAY, ended),
            period_of(ended - 2 * week + _DAY, ended - week),
        )
    course = _interval_courses(reader, [first])[first] if single else _day_course(by_day)
    course = {**course, **_fine_course(reader, shown_)}
    return period.overview_context(site, shown_, by_day, course, weeks)


def _newest_final(by_day: Mapping[date, Numbers]) -> date:
    """The newest day that is read to its end; the newest of all where none is."""
    final = [day for day, found in by_day.items() if found.is_open is False]
    return max(final or by_day)


def _day_course(by_day: dict[date, Numbers]) -> Course:
    """Values by day, for scope all and the service level of queues.

    A day that is not over is a gap: its last point would be that of a few hours.
    """
    course: Course = defaultdict(list)
    days = sorted(by_day)
    keys = {
        (n.metric.id, "all", "all") for numbers in by_day.values() for n in numbers.of_scope("all")
    }
    queues = {q for numbers in by_day.values() for q in numbers.scope_ids("queue")}
    keys |= {("service_level", "queue", queue) for queue in queues}
    for key in keys:
        of = (by_day[day].get(*key) for day in days)
        course[key] = [n.value if n and not n.is_provisional else None for n in of]
    return course


def _interval_courses(reader: Reader, days: Sequence[date]) -> dict[date, Course]:
    """Values by quarter hour of each day; a gap is filled with unknowns."""
    courses: dict[date, Course] = defaultdict(lambda: defaultdict(list))
    last: dict[tuple, datetime] = {}
    span = {"from_date": days[0], "to_date": days[-1], "metrics": list(tables.CARDS)}
    for row in reader.rows("kpi_intervals", **span):
        key = (row["metric_id"], row["scope_kind"], row["scope_id"])
        line, at = courses[row["local_date"]][key], row["interval_start"]
        if line:
            line += [None] * ((at - last[key]) // _QUARTER - 1)
        line.append(None if row["value"] is None else float(row["value"]))
        last[key] = at
    return courses


def _fine_course(reader: Reader, shown: Period) -> Course:
    """Values by short bins, for a day too short for quarter hours to show its course."""
    course: Course = {}
    if not shown.bin_s or shown.bin_s >= _QUARTER.total_seconds():
        return course
    for metric in reader.metrics().values():
        if metric.id in tables.CARDS:
            rows = reader.course(metric, shown.first, shown.bin_s)
            course[metric.id, "all", "all"] = [_value(row, metric) for row in rows]
    return course


def _value(row: Row, metric: Metric) -> float | None:
    if metric.denominator_sql is None:
        return float(row["numerator"] or 0)
    whole = row["denominator"]
    return metric.scale * float(row["numerator"] or 0) / float(whole) if whole else None
