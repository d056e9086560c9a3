"""The pages about subjects: which there are, and the numbers each is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import comparisons
from reports.pages import charts
from reports.pages import topic as page
from reports.pages.topic import Courses, Given
from reports.spans import drawn, history, span_of
from reports.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Numbers
    from reports.spans import Grain, Span
    from reports.stories import Story
    from reports.topics import Topic

_RECENT_DAYS = 31
"""Older days have an overview alone: nobody asks after more of them."""

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


def pages(
    reader: Reader,
    site: Site,
    spans: Sequence[Span],
    numbers: Mapping[Span, Numbers],
    told: Mapping[Span, Mapping[str, Story]],
) -> Iterator[Page]:
    """Every page about a subject of neighbouring days, weeks or months.

    `numbers` are those of the spans and of all that their courses show; `told` is what is worth
    telling of each span, by subject.
    """
    grain, since = spans[0].grain, site.spans[spans[0].grain][0]
    finer = sorted(span for span in numbers if span.grain != grain)
    courses = Courses(numbers, [*history(spans[0], since)[:-1], *spans], finer)
    rows = charts.read(reader, grain, spans)
    mixed = comparisons.read(reader, grain, spans)
    for span in spans:
        if span not in numbers:
            continue
        over = history(span, since)
        shorter = drawn(over, site.spans["week"])
        for topic in site.topics_of(span):
            shown = shorter if _is_told(topic, numbers, span, shorter) else over
            given = Given(span, numbers, over, shown, courses, rows[span], mixed[span], told[span])
            yield (
                f"{span.folder}/{topic.id}.html",
                "topic.html.j2",
                page.context(site, topic, given),
            )


def _is_told(
    topic: Topic, numbers: Mapping[Span, Numbers], span: Span, over: Sequence[Span]
) -> bool:
    """Whether every key figure of a span is known of others too: costs are of months alone."""
    known = [numbers[other] for other in over if other in numbers]
    return all(
        any(of_other.value(metric) is not None for of_other in known)
        for metric in topic.cards
        if numbers[span].value(metric) is not None
    )
