"""The pages of a publication as pieces of work, none of which waits for another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from reports import overviews, stories, subjects, topics
from reports.outputs.writer import has_files
from reports.spans import Span, drawn, history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.subjects import Page

_TOGETHER = {True: 18, False: 62}
"""So many neighbours, with pages about subjects and without. Each such lot is asked for at once and
reads what comes before its first for the courses, so few are dear; many are much to hold."""


@dataclass(frozen=True)
class Whole:
    """The pages that are about the whole publication."""

    effort = 36


@dataclass(frozen=True)
class CallLists:
    """The lists of calls of some days."""

    days: tuple[date, ...]

    @property
    def effort(self) -> int:
        """As that of a unit."""
        return len(self.days)


@dataclass(frozen=True)
class Unit:
    """Neighbouring days, weeks or months that are read and written together."""

    spans: tuple[Span, ...]
    has_topics: bool
    """Whether they have pages about subjects, beside their overviews."""
    has_files: bool = True
    """Whether tables and workbooks lie beside their pages."""

    @property
    def effort(self) -> int:
        """How much work it is, counted in overviews; of pages about subjects some at the start."""
        each = 1 + (1 if self.has_topics else 0) + (2 if self.has_files else 0)
        return (8 if self.has_topics else 0) + each * len(self.spans)


Work = Whole | CallLists | Unit


def work_of(site: Site, wanted: Collection[Span]) -> list[Work]:
    """All that is to be written where these days, weeks and months are wanted, the largest first.

    Who works beside another takes up the small at the end, and both end at once.
    """
    units = units_of(site, wanted)
    days = (s.first for u in units for s in u.spans if u.has_topics and s.grain == "day")
    listed = {day for one in site.lists for day in one.days}
    lists = [CallLists(found)] if (found := tuple(day for day in days if day in listed)) else []
    return sorted([Whole(), *lists, *units], key=lambda work: -work.effort)


def units_of(site: Site, wanted: Collection[Span]) -> list[Unit]:
    """The wanted days, weeks and months as units."""
    found: list[Unit] = []
    for every in site.spans.values():
        runs = groupby(
            every, key=lambda s: (s in wanted, bool(site.topics.get(s)), has_files(site, s))
        )
        for (is_wanted, has_topics, beside), run in runs:
            spans, size = tuple(run), _TOGETHER[has_topics]
            if is_wanted:
                lots = (spans[at : at + size] for at in range(0, len(spans), size))
                found += [Unit(lot, has_topics, beside) for lot in lots]
    return found


def pages_of(reader: Reader, site: Site, unit: Unit) -> Iterator[Page]:
    """Every page of a unit."""
    grain, spans = unit.spans[0].grain, unit.spans
    wanted = overviews.shown(site)
    over = [*overviews.before(spans[0]), *spans]
    if unit.has_topics:
        for kind, metrics in topics.shown().items():
            wanted.setdefault(kind, set()).update(metrics)
        over = [*history(spans[0], site.spans[grain][0])[:-1], *spans]
    numbers = reader.numbers_of(
        grain, over[0].first, over[-1].first, wanted, agents_from=spans[0].first
    )
    if finer := _finer(site, unit):
        numbers |= reader.numbers_of("week", finer[0].first, finer[-1].first, topics.shown())
    told = stories.stories(site, spans, numbers) if unit.has_topics else {}
    for path, template, context in overviews.pages(reader, site, spans, numbers):
        span = context["span"]
        yield path, template, context | {"abroad": stories.abroad(site, span, told.get(span, {}))}
    if unit.has_topics:
        yield from subjects.pages(reader, site, spans, numbers, told)


def _finer(site: Site, unit: Unit) -> list[Span]:
    """The weeks that stand for months in courses."""
    if unit.spans[0].grain != "month" or not unit.has_topics:
        return []
    since, weeks = site.spans["month"][0], site.spans["week"]
    found = {shown for span in unit.spans for shown in drawn(history(span, since), weeks)}
    return sorted(shown for shown in found if shown.grain == "week")
