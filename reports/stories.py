"""What is worth telling of a day, week or month: subject by subject, and over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import findings, insights
from reports.spans import history
from reports.topics import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.findings import Finding
    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Number, Numbers
    from reports.spans import Span
    from reports.topics import Topic

MOST = 6
"""Findings of all subjects on an overview."""
_MOST_OF_ONE = 2
"""Of these of one subject: what moves together there is one story, which its own page tells."""
MOST_MISSED = 8
"""Goals on it that have been missed for long."""


@dataclass(frozen=True)
class Story:
    """What is told of a subject: findings, the weightiest first; else that nothing is unusual."""

    findings: tuple[Finding, ...] = ()
    quiet: str = ""

    @property
    def shown(self) -> tuple[Finding, ...]:
        """Those that its own page tells."""
        return self.findings[: findings.MOST]


@dataclass(frozen=True)
class Told:
    """A finding with the subject whose page it is from."""

    topic: Topic
    finding: Finding


@dataclass(frozen=True)
class Abroad:
    """What is told of all subjects of a span."""

    span: Span
    news: Sequence[Told]
    missed: Sequence[Told]
    """Goals that have been missed for longer."""


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


def abroad(site: Site, span: Span, found: Mapping[str, Story]) -> Abroad | None:
    """What an overview tells of all subjects of a span; None where nothing is worth it."""
    topics = site.topics_of(span)
    told = Abroad(span, weightiest(topics, found), still_missed(topics, found))
    return told if told.news or told.missed else None


def of_newest_week(reader: Reader, site: Site) -> Abroad | None:
    """The same of the newest week that is over and read to its end; None where there is none."""
    first, last = site.days[0], site.days[-1]
    weeks = [w for w in site.spans["week"] if w.first >= first and w.last <= last]
    if not weeks:
        return None
    over = history(weeks[-1], site.spans["week"][0])
    numbers = reader.numbers_of("week", over[0].first, over[-1].first, shown())
    final = [span for span, found in numbers.items() if found.is_open is False]
    if not final:
        return None
    span = max(final)
    return abroad(site, span, stories(site, [span], numbers)[span])


def weightiest(topics: Sequence[Topic], found: Mapping[str, Story]) -> list[Told]:
    """The news of all subjects that weighs most; a metric is told of once, where it leads."""
    told: list[Told] = []
    for one in _each_once(topics, found, is_news=True):
        if sum(other.topic is one.topic for other in told) < _MOST_OF_ONE:
            told.append(one)
    return told[:MOST]


def still_missed(topics: Sequence[Topic], found: Mapping[str, Story]) -> list[Told]:
    """The goals that have been missed for longer, the most recently met first."""
    return _each_once(topics, found, is_news=False)[:MOST_MISSED]


def _each_once(topics: Sequence[Topic], found: Mapping[str, Story], *, is_news: bool) -> list[Told]:
    by_metric: dict[str, Told] = {}
    for topic in topics:
        for finding in found[topic.id].findings if topic.id in found else ():
            by_metric.setdefault(finding.metric, Told(topic, finding))
    asked = (told for told in by_metric.values() if told.finding.is_news == is_news)
    return sorted(asked, key=lambda told: -told.finding.weight)


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
