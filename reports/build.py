"""Builds the static site of one publication: overview, periods, trends, glossary, checks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.processes import garbage_kept, process_pool
from reports import kept, outlooks, overviews, standouts, stories, timelines
from reports.calls import files as call_files
from reports.errors import ReportError
from reports.fingerprints import fingerprints
from reports.language import Language, language_of, speaking
from reports.language_script import language_script
from reports.outputs.writer import Writer
from reports.pages import data_quality, glossary, outlook, trends
from reports.pages.frame import Site, newest
from reports.pages.render import render
from reports.queries import Reader
from reports.spans import spans_of
from reports.subjects import topics_of
from reports.units import CallLists, Unit, Work, pages_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.subjects import Page

_STATIC = ("style.css", "page.js", "subject.js", "whatif.js")
_MUCH = 60
"""Less work (see `Unit.effort`) is not worth the start of another process."""


@dataclass(frozen=True)
class SiteResult:
    """What was built: pages people open, and every file, relative to the site."""

    index: Path
    pages: tuple[str, ...]
    files: tuple[str, ...]
    kept: frozenset[str] = frozenset()
    """Those of the files that an earlier site had, of the same rows."""


def build_site(
    warehouse: Path,
    out: Path,
    *,
    name: str = "Contact centre",
    project: Path | None = None,
    earlier: Path | None = None,
    processes: int = 1,
    on_page: Callable[[int, int], None] | None = None,
    language: Language | None = None,
) -> SiteResult:
    """Write the whole site of a published warehouse into `out`.

    Args:
        warehouse: The published file; it is opened read-only.
        out: Folder of the site; made when missing. Other files in it are left alone.
        name: What the centre is called on the pages.
        project: Folder of the project, whose own metrics and facts are listed too.
        earlier: A site of an earlier publication: its pages are taken over where nothing that
            they are made of has changed.
        processes: How many may work on it, where there is much to do.
        on_page: Told after each page: pages written, pages in all.
        language: What all pages are written in; English when left out.

    Raises:
        ReportError: There is no warehouse, or it was never published.
    """
    language = language or language_of("en")
    with speaking(language):
        # Closed again: what it holds of the warehouse would stand in memory while others work.
        with Reader(warehouse) as reader:
            site = site_of(reader, name, project)
        found = kept.take_over(site, earlier, out) if earlier else kept.NOTHING
        work = work_of(site, [s for every in site.spans.values() for s in every
                              if s not in found.spans])  # fmt: skip
        counter = _Counter(_n_pages(site), on_page)
        counter.add(found.pages)
        written = [*_write_assets(out, site.script, language), *found.files]
        for paths in _made(_Job(warehouse, out, site, language), work, processes, counter):
            written += paths
    pages = tuple(sorted(filter(kept.is_page, written)))
    return SiteResult(out / "index.html", pages, tuple(sorted(written)), frozenset(found.files))


@dataclass(frozen=True)
class _Job:
    """What a process needs to write pages."""

    warehouse: Path
    out: Path
    site: Site
    language: Language

    def write(self, reader: Reader, work: Work) -> Iterator[str]:
        """Write the pages of a piece of work, with their files, or the lists of calls; paths."""
        if isinstance(work, CallLists):
            yield from call_files.write(reader, self.out, self.site, work.days)
            return
        is_unit = isinstance(work, Unit)
        found = pages_of(reader, self.site, work) if is_unit else _of_all(reader, self.site)
        outputs = Writer(self.out, self.site)
        for path, template, context in found:
            downloads, beside = outputs.page(context)
            _write(self.out / path, render(template, context | {"downloads": downloads}))
            yield path
            yield from beside

    def write_alone(self, work: Work) -> list[str]:
        """The same in a process of its own."""
        with garbage_kept(), speaking(self.language), Reader(self.warehouse, threads=1) as reader:
            return list(self.write(reader, work))


class _Counter:
    """Tells how many pages there are."""

    def __init__(self, whole: int, on_page: Callable[[int, int], None] | None) -> None:
        self._done, self._whole, self._on_page = 0, whole, on_page

    def add(self, n: int = 1) -> None:
        for _ in range(n):
            self._done += 1
            if self._on_page:
                self._on_page(self._done, self._whole)


def _made(
    job: _Job, work: Sequence[Work], processes: int, counter: _Counter
) -> Iterator[list[str]]:
    """Write what was not taken over: paths, a piece of work at a time."""
    if processes == 1 or sum(piece.effort for piece in work) < _MUCH:
        with Reader(job.warehouse) as reader:
            for piece in work:
                paths = []
                for path in job.write(reader, piece):
                    paths.append(path)
                    counter.add(kept.is_page(path))
                yield paths
        return
    with process_pool(processes) as pool:
        for done in as_completed([pool.submit(job.write_alone, piece) for piece in work]):
            counter.add(sum(map(kept.is_page, done.result())))
            yield done.result()


def _of_all(reader: Reader, site: Site) -> Iterator[Page]:
    """The pages that are about all days."""
    first = overviews.of_all(reader, site) | {"abroad": stories.of_newest_week(reader, site)}
    yield "index.html", "overview.html.j2", first
    yield "data-quality.html", "data_quality.html.j2", data_quality.context(site)
    yield "trends.html", "trends.html.j2", _trends(reader, site)
    yield "outlook.html", "outlook.html.j2", outlook.context(site, outlooks.read(reader, site.days))
    numbers = reader.period_numbers(site.days[0], site.days[-1], metrics=[])
    yield "glossary.html", "glossary.html.j2", glossary.context(site, numbers)


_OF_ALL = 5


def _n_pages(site: Site) -> int:
    return _OF_ALL + sum(map(len, site.spans.values())) + sum(map(len, site.topics.values()))


def _trends(reader: Reader, site: Site) -> dict:
    told = timelines.read(reader, site.days)
    stood = standouts.standouts(timelines.every(told))
    return trends.context(site, told, stood, standouts.places(reader, site, stood))


def site_of(reader: Reader, name: str, project: Path | None = None) -> Site:
    """What all pages of a publication share; `project` is the folder of a project of its own.

    Raises:
        ReportError: It has no day with data, or was never published.
    """
    days = reader.days()
    if not days:
        raise ReportError(
            f"{reader.path} holds no day with data: put files into landing and run `callmart run`"
        )
    trust, dates = reader.trust(), [row["local_date"] for row in days]
    every = spans_of(dates)
    site = Site(
        name=name,
        stamp=reader.stamp(),
        trust=trust,
        metrics=reader.metrics(),
        queues={q["queue_id"]: q for q in trust.queues},
        agents=reader.agents(),
        days=dates,
        script=f"plotly-{_plotly()[0]}.min.js",
        spans=every,
        topics=topics_of(reader, every),
        names={(r["kind"], r["id"]): r["name"] for r in reader.rows("names") if r["name"]},
    )
    site = replace(
        site,
        lists=call_files.lists_of(reader, newest(site).values(), dates, project),
        has_zones=reader.rows("zones")[0]["n"] > 1,
        unusual=reader.rows("volumes"),
    )
    return replace(site, made_of=fingerprints(reader, site))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


@cache
def _plotly() -> tuple[str, str]:
    """Version and text of the chart library."""
    from plotly.offline import get_plotlyjs, get_plotlyjs_version

    return get_plotlyjs_version(), get_plotlyjs()


def _write_assets(out: Path, script: str, language: Language) -> list[str]:
    texts = {name: (files("reports") / "static" / name).read_text("utf-8") for name in _STATIC}
    texts[script] = _plotly()[1]
    if language.code != "en":
        texts["language.js"] = language_script(language)
    for name, text in texts.items():
        _write(out / "assets" / name, text)
    return [f"assets/{name}" for name in texts]
