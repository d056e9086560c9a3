"""Builds the static site of one publication: the overview, a page per local day, the checks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

from reports.pages import data_quality, period, tables
from reports.pages.render import render
from reports.queries import Reader, ReportError
from reports.records import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from reports.pages.period import Course, Site
    from reports.records import Metric, Period, Row

_BATCH_DAYS = 31
_STATIC = ("style.css", "page.js")
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class SiteResult:
    """What was built: pages people open, and every file written, relative to the site."""

    index: Path
    pages: tuple[str, ...]
    files: tuple[str, ...]


def build_site(
    warehouse: Path,
    out: Path,
    *,
    name: str = "Contact centre",
    on_page: Callable[[int, int], None] | None = None,
) -> SiteResult:
    """Write the whole site of a published warehouse into `out`.

    Args:
        warehouse: The published file; it is opened read-only.
        out: Folder of the site; made when missing. Other files in it are left alone.
        name: What the centre is called on the pages.
        on_page: Told after each page: pages written, pages in all.

    Raises:
        ReportError: There is no warehouse, or it was never published.
    """
    written: list[str] = []
    with Reader(warehouse) as reader:
        days = reader.days()
        if not days:
            raise ReportError(
                f"{warehouse} holds no day with data: put files into landing and run `callmart run`"
            )
        dates = [row["local_date"] for row in days]
        script = _write_assets(out, written)
        site = _site(reader, name, days[-1]["zone"], dates, script)

        def put(path: str, template: str, context: dict) -> None:
            _write(out / path, render(template, context))
            written.append(path)
            if on_page:
                on_page(len(written) - _N_ASSETS, len(dates) + 2)

        put("index.html", "overview.html.j2", _overview(reader, site))
        put("data-quality.html", "data_quality.html.j2", data_quality.context(site))
        for batch in _batches(dates):
            by_day = reader.numbers_by_day(
                batch[0] - timedelta(days=7), batch[-1],
                scopes=["queue", "agent"], metrics=tables.IN_TABLES,
            )  # fmt: skip
            courses = _interval_courses(reader, batch)
            for day in batch:
                shown = reader.period(day, day, by_day.get(day, Numbers()), site.limits())
                course = {**courses[day], **_fine_course(reader, shown)}
                context = period.day_context(site, shown, by_day, course)
                put(f"days/{day.isoformat()}.html", "day.html.j2", context)
    pages = tuple(p for p in written if p.endswith(".html"))
    return SiteResult(out / "index.html", pages, tuple(written))


_N_ASSETS = len(_STATIC) + 1


def _site(reader: Reader, name: str, zone: str, dates: Sequence[date], script: str) -> Site:
    trust = reader.trust()
    return period.Site(
        name=name,
        stamp=reader.stamp(zone),
        trust=trust,
        metrics=reader.metrics(),
        queues={q["queue_id"]: q for q in trust.queues},
        agents=reader.agents(),
        days=dates,
        script=script,
    )


def _overview(reader: Reader, site: Site) -> dict:
    first, last = site.days[0], site.days[-1]
    period_of = partial(reader.period_numbers, metrics=tables.IN_TABLES)
    single = len(site.days) == 1
    shown_by_queue = tables.IN_TABLES if single else ["service_level"]
    scopes = ["queue", "agent"] if single else ["queue"]
    by_day = reader.numbers_by_day(first, last, scopes=scopes, metrics=shown_by_queue)
    numbers = by_day[first] if single else period_of(first, last)
    shown = reader.period(first, last, numbers, site.limits())
    weeks = None
    if last - first >= timedelta(days=13):
        week = timedelta(days=6)
        weeks = (
            period_of(last - week, last),
            period_of(last - 2 * week - timedelta(days=1), last - week - timedelta(days=1)),
        )
    course = _interval_courses(reader, [first])[first] if single else _day_course(by_day)
    course = {**course, **_fine_course(reader, shown)}
    return period.overview_context(site, shown, by_day, course, weeks)


def _day_course(by_day: dict[date, Numbers]) -> Course:
    """Values by day, for scope all and the service level of queues."""
    course: Course = defaultdict(list)
    days = sorted(by_day)
    keys = {
        (n.metric.id, "all", "all") for numbers in by_day.values() for n in numbers.of_scope("all")
    }
    queues = {q for numbers in by_day.values() for q in numbers.scope_ids("queue")}
    keys |= {("service_level", "queue", queue) for queue in queues}
    for key in keys:
        course[key] = [by_day[day].value(*key) for day in days]
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


def _batches(dates: Sequence[date]) -> list[Sequence[date]]:
    return [dates[i : i + _BATCH_DAYS] for i in range(0, len(dates), _BATCH_DAYS)]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_assets(out: Path, written: list[str]) -> str:
    from plotly.offline import get_plotlyjs, get_plotlyjs_version

    script = f"plotly-{get_plotlyjs_version()}.min.js"
    _write(out / "assets" / script, get_plotlyjs())
    written.append(f"assets/{script}")
    for name in _STATIC:
        _write(out / "assets" / name, (files("reports") / "static" / name).read_text("utf-8"))
        written.append(f"assets/{name}")
    return script
