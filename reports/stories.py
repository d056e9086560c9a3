"""What is worth telling of a day, week or month: subject by subject, and over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import insights
from reports.spans import history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.findings import Finding
    from reports.pages.frame import Site
    from reports.records import Number, Numbers
    from reports.spans import Span
    from reports.topics import Topic

MOST = 6
"""Findings of all subjects on an overview."""


@dataclass(frozen=True)
class Story:
    """What is told of a subject: findings, the weightiest first; else that nothing is unusual."""

    findings: tuple[Finding, ...] = ()
    quiet: str = ""


@dataclass(frozen=True)
class Told:
    """A finding with the subject whose page it is from."""

    topic: Topic
    finding: Finding


def stories(
    site: Site, spans: Sequence[Span], numbers: Mapping[Span, Numbers]
) -> dict[Span, dict[str, Story]]:
    """Span -> subject -> its story; `numbers` reach as far back as courses do."""
    since = site.spans[spans[0].grain][0]
    return {
        span: {
            topic.id: _story(site, topic, numbers, history(span, since))
            for topic in site.topics_of(span)
        }
        for span in spans
        if span in numbers
    }


def weightiest(topics: Sequence[Topic], found: Mapping[str, Story]) -> list[Told]:
    """The findings of all subjects that weigh most; a metric is told of once, where it leads."""
    by_metric: dict[str, Told] = {}
    for topic in topics:
        for finding in found[topic.id].findings if topic.id in found else ():
            if finding.is_news:
                by_metric.setdefault(finding.metric, Told(topic, finding))
    return sorted(by_metric.values(), key=lambda told: -told.finding.weight)[:MOST]


def _story(
    site: Site, topic: Topic, numbers: Mapping[Span, Numbers], over: Sequence[Span]
) -> Story:
    here = numbers[over[-1]]

    def figure(number: Number) -> insights.Figure:
        key = (number.metric.id, number.scope_kind, number.scope_id)
        past = (numbers.get(span) for span in over[:-1])
        return insights.Figure(number, [of.get(*key) if of else None for of in past])

    def narrower(metric: str) -> Iterator[insights.Figure]:
        for table in topic.tables:
            for scope in here.scope_ids(table.kind):
                if number := here.get(metric, table.kind, scope):
                    yield figure(number)

    known = (here.get(metric) for metric in topic.cards)
    figures = [figure(number) for number in known if number and number.value is not None]
    found = insights.insights(figures, narrower, site.scope_name, over)
    return Story(tuple(found), "" if found else insights.quiet(figures, over))
