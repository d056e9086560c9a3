"""The pages about subjects: which there are, and the numbers each is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.pages import charts
from reports.pages import topic as page
from reports.pages.topic import Courses, Given
from reports.spans import batches, history, span_of
from reports.topics import TOPICS, shown_kinds, shown_metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Numbers
    from reports.spans import Grain, Span

_RECENT_DAYS = 31
"""Older days have an overview alone: all pages are written with each publication."""

Page = tuple[str, str, dict[str, Any]]
"""Path within the site, template, what the template needs."""


def topics_of(reader: Reader, spans: Mapping[Grain, Sequence[Span]]) -> dict[Span, tuple[str, ...]]:
    """The subjects of each recent day, week and month: those whose first key figure has cases."""
    told = reader.subjects("day") | reader.subjects("month")
    for day in spans["day"]:
        # What a day has cases of its week has too, and to ask costs a second.
        told.setdefault(span_of("week", day.first), set()).update(told.get(day, ()))
    for day in spans["day"][:-_RECENT_DAYS]:
        told.pop(day, None)
    return {
        span: tuple(topic.id for topic in TOPICS if topic.cards[0] in told.get(span, ()))
        for every in spans.values()
        for span in every
    }


def topic_pages(reader: Reader, site: Site, grain: Grain) -> Iterator[Page]:
    """Every page about a subject of all days, weeks or months."""
    every = list(site.spans.get(grain, ()))
    for batch in batches(every):
        over = [*history(batch[0], every[0])[:-1], *batch]
        numbers = _numbers(reader, grain, over)
        courses = Courses(numbers, over)
        rows = charts.read(reader, grain, batch)
        for span in batch:
            if span not in numbers:
                continue
            given = Given(span, numbers, history(span, every[0]), courses, rows[span])
            for topic in site.topics_of(span):
                context = page.context(site, topic, given)
                yield f"{span.folder}/{topic.id}.html", "topic.html.j2", context


def _numbers(reader: Reader, grain: Grain, over: Sequence[Span]) -> dict[Span, Numbers]:
    return reader.numbers_of(
        grain, over[0].first, over[-1].first, metrics=shown_metrics(), kinds=shown_kinds()
    )
