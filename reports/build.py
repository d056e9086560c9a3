"""Builds the static site of one publication: overview, periods, trends, glossary, checks."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from reports import overviews, standouts, timelines
from reports.pages import data_quality, glossary, trends
from reports.pages.frame import Site
from reports.pages.render import render
from reports.queries import Reader, ReportError
from reports.spans import GRAINS, spans_of
from reports.subjects import topic_pages, topics_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path


_STATIC = ("style.css", "page.js", "subject.js")


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
        whole = 4 + sum(map(len, site.spans.values())) + sum(map(len, site.topics.values()))

        def put(path: str, template: str, context: dict) -> None:
            _write(out / path, render(template, context))
            written.append(path)
            if on_page:
                on_page(len(written) - _N_ASSETS, whole)

        put("index.html", "overview.html.j2", overviews.of_all(reader, site))
        put("data-quality.html", "data_quality.html.j2", data_quality.context(site))
        put("trends.html", "trends.html.j2", _trends(reader, site))
        numbers = reader.period_numbers(dates[0], dates[-1], metrics=[])
        put("glossary.html", "glossary.html.j2", glossary.context(site, numbers))
        for grain in GRAINS:
            for path, template, context in overviews.pages(reader, site, grain):
                put(path, template, context)
            for path, template, context in topic_pages(reader, site, grain):
                put(path, template, context)
    pages = tuple(p for p in written if p.endswith(".html"))
    return SiteResult(out / "index.html", pages, tuple(written))


_N_ASSETS = len(_STATIC) + 1


def _trends(reader: Reader, site: Site) -> dict:
    told = timelines.read(reader, site.days)
    stood = standouts.standouts(timelines.every(told))
    return trends.context(site, told, stood, standouts.places(reader, site, stood))


def _site(reader: Reader, name: str, zone: str, dates: Sequence[date], script: str) -> Site:
    trust = reader.trust()
    every = spans_of(dates)
    return Site(
        name=name,
        stamp=reader.stamp(zone),
        trust=trust,
        metrics=reader.metrics(),
        queues={q["queue_id"]: q for q in trust.queues},
        agents=reader.agents(),
        days=dates,
        script=script,
        spans=every,
        topics=topics_of(reader, every),
        names={(r["kind"], r["id"]): r["name"] for r in reader.rows("names") if r["name"]},
    )


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
