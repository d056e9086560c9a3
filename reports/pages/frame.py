"""What all pages share: their site, the way between them, the glossary at their end."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.language import _
from reports.pages import questions, stamps, tables, volumes
from reports.spans import GRAINS, span_of
from reports.topics import TOPICS, code_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from reports.calls.plan import CallList
    from reports.pages.questions import Asked
    from reports.records import Metric, Numbers, Row, Stamp, Trust
    from reports.spans import Grain, Span
    from reports.topics import Topic


@dataclass(frozen=True)
class Site:
    """The site of one publication."""

    name: str
    stamp: Stamp
    trust: Trust
    metrics: Mapping[tuple[str, int], Metric]
    queues: Mapping[str, Row]
    agents: Mapping[str, Row]
    days: Sequence[date]
    script: str
    """File name of the chart library in assets/."""
    spans: Mapping[Grain, Sequence[Span]] = field(default_factory=dict)
    """Every day, week and month that has pages, in order."""
    topics: Mapping[Span, Sequence[str]] = field(default_factory=dict)
    """Which subjects each of them has a page about."""
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(kind of scope, id) -> name, where it is not the id itself."""

    lists: Sequence[CallList] = ()
    """The lists of calls that its newest days have."""
    unusual: Sequence[Row] = ()
    """Days on which a source had other numbers of contacts or visits than usual."""
    has_zones: bool = False
    """Whether a day may be another by the centre's clock than by a site's."""

    made_of: Mapping[Span, str] = field(default_factory=dict)
    """What the pages of each of them are made of, in short."""

    @cached_property
    def now(self) -> dict[str, Any]:
        """The stamp and the notes on trust, which are the same on every page."""
        return stamps.of_site(self.stamp, self.trust)

    @property
    def queue_names(self) -> dict[str, str]:
        """Queue id -> name."""
        return {queue: row["queue_name"] or queue for queue, row in self.queues.items()}

    def scope_name(self, kind: str, scope: str) -> str:
        """What people call a scope."""
        return self.names.get((kind, scope)) or code_words(kind, scope)

    def limits(self) -> list[int]:
        """The time limits T of queues that people wait in, not of written ones; in seconds."""
        found = {q["service_level_s"] for q in self.queues.values() if q["is_live"]}
        return sorted(limit for limit in found if limit)

    def topics_of(self, span: Span) -> list[Topic]:
        """The subjects that have a page for a span."""
        return [topic for topic in TOPICS if topic.id in self.topics.get(span, ())]

    def missing(self) -> list[Topic]:
        """The subjects that no page is about, because nothing was brought for them."""
        told = {topic for found in self.topics.values() for topic in found}
        return [topic for topic in TOPICS if topic.id not in told]


@dataclass(frozen=True)
class Link:
    """A way to another page; `href` is relative to the site's top folder."""

    href: str
    text: str
    is_here: bool = False


def frame(site: Site, span: Span | None = None, topic: Topic | None = None) -> dict[str, Any]:
    """What every page's frame needs; `span` and `topic` say which page it is."""
    return {
        "site": site,
        **site.now,
        "made_of": site.made_of.get(span, "") if span else "",
        "provisional": "",
        "volumes": volumes.notes(site.unusual, span) if span else [],
        "told": [],
        "abroad": None,
        "previous": _beside(site, span, topic, -1),
        "next": _beside(site, span, topic, 1),
        "span": span,
        "wider": _wider(site, span, topic),
        "subjects": _subjects(site, span, topic),
        "scopes": [],
        "data": None,
        "charts": [],
        "downloads": None,
    }


def around(site: Site, span: Span) -> list[tuple[str, list[str]]]:
    """The pages that those of a span lead to: folders and subjects."""
    every = list(site.spans.get(span.grain, ()))
    place = every.index(span)
    wider = [span_of(grain, span.first) for grain in GRAINS[GRAINS.index(span.grain) + 1 :]]
    beside = every[max(place - 1, 0) : place + 2]
    return [(s.folder, [topic.id for topic in site.topics_of(s)]) for s in (*beside, *wider)]


def page_of(site: Site, span: Span, topic: Topic | None) -> str:
    """Where a subject's page of a span is; the overview of the span where it has none."""
    if topic is not None and topic.id in site.topics.get(span, ()):
        return f"{span.folder}/{topic.id}.html"
    return f"{span.folder}.html"


def _beside(site: Site, span: Span | None, topic: Topic | None, step: int) -> Link | None:
    if span is None:
        return None
    every = list(site.spans.get(span.grain, ()))
    place = every.index(span) + step
    if not 0 <= place < len(every):
        return None
    return Link(page_of(site, every[place], topic), every[place].short)


def _wider(site: Site, span: Span | None, topic: Topic | None) -> list[Link]:
    """The week and the month that a span is in."""
    if span is None:
        return []
    longer = GRAINS[GRAINS.index(span.grain) + 1 :]
    found = (span_of(grain, span.first) for grain in longer)
    return [
        Link(page_of(site, s, topic), s.short) for s in found if s in site.spans.get(s.grain, ())
    ]


def _subjects(site: Site, span: Span | None, topic: Topic | None) -> list[Link]:
    if span is None or not site.topics.get(span):
        return []
    found = [Link(page_of(site, span, None), _("Overview"), topic is None)]
    return found + [
        Link(page_of(site, span, one), _(one.title), topic is not None and one.id == topic.id)
        for one in site.topics_of(span)
    ]


def newest(site: Site) -> dict[str, Metric]:
    """The metrics by id, each in its newest version."""
    return {m.id: m for m in sorted(site.metrics.values(), key=lambda m: m.version)}


def glossary(
    site: Site, numbers: Numbers, metrics: Iterable[str], asked: Asked
) -> list[dict[str, Any]]:
    """Definitions of metrics with their number of the whole centre, by name.

    Of metrics that no feed tells there is no number and nothing to look up.
    """
    known = {metric.name: n for metric in newest(site).values() if (n := numbers.get(metric.id))}
    wanted = set(metrics)
    return [
        {
            "metric": n.metric,
            "cell": tables.cell(n),
            "goal": tables.goal_text(n),
            "range": tables.confidence(n),
            "numerator": fmt.part(n.numerator),
            "denominator": fmt.part(n.denominator),
            "sql": questions.number_sql(n.metric, "all", "all", asked),
            "calls": questions.calls_command(n.metric, "all", "all", asked),
        }
        for _, n in sorted(known.items())
        if n.metric.id in wanted
    ]
