"""A page about one subject over a day, week or month: key figures, courses, tables by scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports import estimates
from reports import format as fmt
from reports.calls import told
from reports.figures import course
from reports.language import N_, _
from reports.pages import charts, comparison, questions, tables
from reports.pages.frame import frame, glossary
from reports.stories import Story

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.comparisons import Found
    from reports.figures.course import Point
    from reports.pages.frame import Site
    from reports.records import Number, Numbers, Row
    from reports.spans import Grain, Span
    from reports.topics import Breakdown, Topic

WHOLE = ("all", "all")
KINDS = {
    "site": N_("Sites"),
    "sourcing": N_("Sourcing"),
    "channel": N_("Channels"),
    "language": N_("Languages"),
    "queue_group": N_("Staffing groups"),
    "queue": N_("Queues"),
    "campaign": N_("Campaigns"),
    "reason": N_("Reasons"),
    "supervisor": N_("Supervisors"),
    "team": N_("Teams"),
    "level": N_("Levels"),
}
"""Kinds of scopes that a page may be narrowed to, in the order in which it offers them."""

Scope = tuple[str, str]


@dataclass(frozen=True)
class Given:
    """The numbers that a page is made of."""

    span: Span
    numbers: Mapping[Span, Numbers]
    """Of the span, of those before it, and of those that courses are drawn of."""
    over: Sequence[Span]
    """The spans that this one is seen beside, the last of them this one."""
    drawn: Sequence[Span]
    """The spans that courses are drawn of: the same, or shorter ones."""
    courses: Courses
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    """Of the span, by query: what its own charts are made of beside its numbers."""
    mixed: Found = field(default_factory=dict)
    """Of the span: who is compared on the same mix of contacts."""
    stories: Mapping[str, Story] = field(default_factory=dict)
    """Of the span, by subject: what is worth telling."""

    @property
    def here(self) -> Numbers:
        """The numbers of the span itself."""
        return self.numbers[self.span]

    def course(self, metric: str, scope: Scope) -> list[Number | None]:
        """A metric over the spans that its course is drawn of."""
        of = (self.numbers.get(span) for span in self.drawn)
        return [numbers.get(metric, *scope) if numbers else None for numbers in of]

    def points(self, metric: str, scope: Scope) -> list[Point | None]:
        """The same as the page's script draws it."""
        return self.courses.of(metric, scope, self.drawn)

    def beside(self, metric: str, scope: Scope) -> list[Point | None] | None:
        """What the script holds the metric against, where that is not drawn."""
        is_drawn = self.drawn[-1].grain == self.span.grain
        return None if is_drawn else self.courses.of(metric, scope, self.over)


class Courses:
    """The points of every metric and scope over lines of spans, each worked out once."""

    def __init__(self, numbers: Mapping[Span, Numbers], *lines: Sequence[Span]) -> None:
        self._place = {span: place for line in lines for place, span in enumerate(line)}
        self._found: dict[tuple[Grain, str, str, str], list[Point | None]] = {}
        for line in lines:
            for place, span in enumerate(line):
                for number in numbers.get(span, ()):
                    key = (span.grain, number.metric.id, number.scope_kind, number.scope_id)
                    points = self._found.setdefault(key, [None] * len(line))
                    points[place] = course.point(number)

    def of(self, metric: str, scope: Scope, over: Sequence[Span]) -> list[Point | None]:
        """The points of a metric over consecutive spans of a line."""
        points = self._found.get((over[0].grain, metric, *scope))
        first, last = self._place[over[0]], self._place[over[-1]]
        return [None] * len(over) if points is None else points[first : last + 1]


def _subtitle(site: Site, topic: Topic, span: Span, cards: list[tables.Card]) -> list[str]:
    has_money = any(card.number.metric.unit == "money" for card in cards)
    currency = site.stamp.currency if has_money else None
    amounts = [_("amounts in {currency}").format(currency=currency)] if currency else []
    return [span.title, _(topic.question), *amounts]


def context(site: Site, topic: Topic, given: Given) -> dict[str, Any]:
    """What the template of a page about a subject needs."""
    here, span = given.here, given.span
    cards = _cards(topic, given)
    shown = [c.number.metric.id for c in cards]
    scopes = _scopes(topic, here, shown)
    chart = course.of_metric(given.course(shown[0], WHOLE), given.drawn) if shown else None
    period = questions.Asked(span.grain, span.first, span.last)
    compared = comparison.section(site, topic.id, given.mixed)
    story = given.stories.get(topic.id, Story())
    return {
        **frame(site, span, topic),
        "title": _(topic.title),
        "subtitle": " · ".join(_subtitle(site, topic, span, cards)),
        "topic": topic,
        "story": story.shown,
        "quiet": story.quiet,
        "cards": cards,
        "told": tables.told(cards),
        "charts": [
            *([chart] if chart else []),
            *charts.of_topic(topic.id, site, here, given.rows),
            *(compared.charts if compared else ()),
        ],
        "comparison": compared,
        "breakdowns": _breakdowns(site, topic, here, shown),
        "scopes": _offered(site, scopes),
        "glossary": glossary(site, here, topic.cards, period),
        "root": "../../",
        "provisional": tables.provisional(cards),
        "data": {
            "lists": told.of_page(site, span, shown, scopes, "../../"),
            **questions.page_data([c.number.metric for c in cards], period, site.stamp.zone),
            "scopes": {
                "/".join(scope): _narrowed(given, scope, shown) for scope in [WHOLE, *scopes]
            },
            "spans": [s.short for s in given.drawn],
            "over": course.over_words(given.drawn),
            "against": _against(given),
            "moves": {"fewest": estimates.FEWEST_MOVES, "factor": estimates.OF_MEDIAN_MOVE},
        },
    }


def _against(given: Given) -> list[tuple[str, int]]:
    """What the span is compared with: words, and how far before the end of a course it is."""
    backs = _backs(given)
    return [(words, backs[s]) for words, s in given.span.compared if s in backs]


def _backs(given: Given) -> dict[Span, int]:
    """How far before the end of a course each of its spans is."""
    return {span: back for back, span in enumerate(reversed(given.over))}


def _cards(topic: Topic, given: Given) -> list[tables.Card]:
    compared = [(words, s) for words, s in given.span.compared if given.numbers.get(s)]
    earlier = [(words, given.numbers[s]) for words, s in compared]
    backs = _backs(given)
    found = []
    for metric in topic.cards:
        number = given.here.get(metric, *WHOLE)
        if number is None or number.value is None:
            continue
        points = given.points(metric, WHOLE)
        own = _values(given.beside(metric, WHOLE) or points)
        usual = [estimates.usual_move(own, backs.get(s, 0)) for _, s in compared]
        found.append(tables.card(number, earlier, _values(points), usual))
    return found


def _values(points: Sequence[Point | None]) -> list[float | None]:
    return [point[0] if point else None for point in points]


def _scopes(topic: Topic, numbers: Numbers, shown: Sequence[str]) -> list[Scope]:
    """The scopes of the page's tables that have a key figure, in the order they are offered."""
    kinds = {table.kind for table in topic.tables}
    return [
        (kind, scope)
        for kind in KINDS
        if kind in kinds
        for scope in numbers.scope_ids(kind)
        if _has_any(numbers, shown, kind, scope)
    ]


def _has_any(numbers: Numbers, shown: Sequence[str], kind: str, scope: str) -> bool:
    """Whether anything happened in a scope; a row of zeros and dashes says nothing."""
    return any(numbers.value(metric, kind, scope) for metric in shown)


def _offered(site: Site, scopes: Sequence[Scope]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of the page's filter, by kind: heading, (key, name) of each."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, scope in scopes:
        found.setdefault(_(KINDS[kind]), []).append(
            (f"{kind}/{scope}", site.scope_name(kind, scope))
        )
    return list(found.items())


def _narrowed(given: Given, scope: Scope, shown: Sequence[str]) -> dict[str, list[Any]]:
    """What the page's script shows of a scope: each key figure's parts, goal, state and course."""
    return {
        metric: _told(number, given.points(metric, scope), given.beside(metric, scope))
        for metric in shown
        if (number := given.here.get(metric, *scope)) and number.value is not None
    }


def _told(
    number: Number, course_: list[Point | None], beside: list[Point | None] | None
) -> list[Any]:
    parts = (number.numerator, number.denominator)
    said = (None if part is None else fmt.plain_number(part) for part in parts)
    coverage = None if number.coverage is None else round(number.coverage, 4)
    told = [number.n, *said, number.goal, number.status, coverage, course_]
    return told if beside is None else [*told, beside]


def _breakdowns(
    site: Site, topic: Topic, numbers: Numbers, shown: Sequence[str]
) -> list[dict[str, Any]]:
    """The tables of the page; of supervisors of one team each, that of the teams alone."""
    found: list[dict[str, Any]] = []
    for table in topic.tables:
        made = _breakdown(site, table, numbers, shown)
        if made and not any(_says_all(other, made) for other in found):
            found.append(made)
    return found


def _says_all(other: dict[str, Any], breakdown: dict[str, Any]) -> bool:
    """Whether another table has all that a table says, but for the names of who it is about."""
    labels = [column.label for column in breakdown["columns"][1:]]
    return _said(other, labels) == _said(breakdown, labels)


def _said(breakdown: dict[str, Any], labels: Sequence[str]) -> list[tuple[str, ...]]:
    places = {column.label: place for place, column in enumerate(breakdown["columns"])}
    wanted = [places[label] for label in labels if label in places]
    return sorted(tuple(row[place].text for place in wanted) for row in breakdown["rows"])


def _breakdown(
    site: Site, table: Breakdown, numbers: Numbers, shown: Sequence[str]
) -> dict[str, Any] | None:
    """A table with a row for each scope; columns that are empty in all of them are left out."""
    ids = [
        scope for scope in numbers.scope_ids(table.kind)
        if _has_any(numbers, shown, table.kind, scope)
    ]  # fmt: skip
    used = [m for m in shown if any(numbers.value(m, table.kind, i) is not None for i in ids)]
    if not ids or not used:
        return None
    names = {
        m: next(n for i in ids if (n := numbers.get(m, table.kind, i))).metric.name for m in used
    }
    columns = [tables.Column(_(table.title), left=True), *(tables.Column(names[m]) for m in used)]
    size = used[0]
    ordered = sorted(
        ids,
        key=lambda i: (-(_size(numbers.get(size, table.kind, i))), site.scope_name(table.kind, i)),
    )
    rows = [
        [
            tables.Cell(site.scope_name(table.kind, scope), left=True),
            *(tables.with_goal(numbers.get(m, table.kind, scope)) for m in used),
        ]
        for scope in ordered
    ]
    return {"id": f"by-{table.kind}", "title": _(table.title), "columns": columns, "rows": rows}


def _size(number: Number | None) -> float:
    """What a row is sorted by at first: on how many cases it rests."""
    if number is None:
        return 0
    return float(number.n or number.value or 0)
