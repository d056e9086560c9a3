"""The section of a page that compares agents, teams or sites on the same mix of contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports import format as fmt
from reports.comparisons import FEWEST_IN_CELL, KINDS, MEASURES
from reports.figures.funnel import Words, funnel, standing
from reports.mix import compare
from reports.pages import tables
from reports.pages.frame import newest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.comparisons import Found, Measure
    from reports.figures.base import Chart
    from reports.mix import Comparison, Estimate, Subject
    from reports.pages.frame import Site
    from reports.records import Metric

_CALLED = {
    "agent": ("agent", "agents"), "team": ("team", "teams"), "site": ("site", "sites"),
    "sourcing": ("kind of sourcing", "kinds of sourcing"),
}  # fmt: skip
_TITLES = {
    "people": "Agents and teams on the same mix",
    "cost": "Sites and sourcing on the same mix",
}
_SPANS = {"agent": 7, "team": 5, "site": 6, "sourcing": 6}
_MOST_LISTED = 40
_STATES = {
    "good": ("good", "●", "better"), "bad": ("bad", "■", "worse"),
    "more": ("plain", "▲", "higher"), "less": ("plain", "▼", "lower"),
}  # fmt: skip
_BEYOND_95 = 95
_INSIDE = ("plain", "○", "as expected")
_HALF = 0.5


@dataclass(frozen=True)
class Section:
    """What the page says, lists and draws."""

    title: str
    said: tuple[str, ...]
    columns: Sequence[tables.Column]
    rows: Sequence[Sequence[tables.Cell]]
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class _Compared:
    measure: Measure
    kind: str
    found: Comparison
    words: Words


def section(site: Site, topic: str, mixed: Found) -> Section | None:
    """The section of a page about a subject; None where it has none or nobody has enough cases."""
    every = list(_compared(site, KINDS.get(topic, ()), mixed))
    if not every:
        return None
    points = [(one, e) for one in every for e in one.found.estimates]
    # Of a few places all are listed side by side; of people the exceptions alone, the surest first.
    listed = points if topic == "cost" else [p for p in points if p[1].is_told]
    if topic != "cost":
        listed.sort(key=lambda pair: -abs(pair[1].gap) / pair[1].width)
    return Section(
        title=_TITLES[topic],
        said=tuple(_said(topic, every, points)),
        columns=_COLUMNS,
        rows=[_row(one, e) for one, e in listed[:_MOST_LISTED]],
        charts=tuple(_charts(every)),
    )


def _compared(site: Site, kinds: Sequence[str], mixed: Found) -> Iterator[_Compared]:
    metrics = newest(site)
    for measure in MEASURES:
        of_kind = mixed.get(measure.metric, {})
        same = _same(of_kind.get("site", []), of_kind.get("sourcing", []))
        for kind in kinds:
            subjects = of_kind.get(kind, [])
            if kind == "sourcing" and same:
                continue
            if found := compare(subjects, is_share=measure.is_share):
                words = _words(site, metrics[measure.metric], kind, [s.id for s in subjects])
                if kind == "site" and same:
                    told = {i: f"{name} ({same[i]})" for i, name in words.names.items()}
                    words = replace(words, one="site (sourcing)", names=told)
                yield _Compared(measure, kind, found, words)


def _same(sites: Sequence[Subject], sourcing: Sequence[Subject]) -> dict[str, str]:
    """The sourcing of each site where each is the only one of its own; else none.

    To show both would be to show the same twice.
    """
    by_cases = {(s.n, round(s.observed, 3)): s.id for s in sourcing}
    found = {s.id: by_cases.get((s.n, round(s.observed, 3)), "") for s in sites}
    is_one_each = len(sites) == len(sourcing) == len(by_cases) and all(found.values())
    return found if is_one_each else {}


def _words(site: Site, metric: Metric, kind: str, scopes: Sequence[str]) -> Words:
    if kind == "agent":
        names = {i: row["agent_name"] or i for i, row in site.agents.items()}
    else:
        names = {scope: site.scope_name(kind, scope) for scope in scopes}
    return Words(
        metric.name, metric.unit, metric.scale, metric.direction, *_CALLED[kind], names=names
    )


def _charts(every: Sequence[_Compared]) -> Iterator[Chart]:
    """The plots of a metric beside each other; agents or teams alone take the whole width."""
    for measure in MEASURES:
        those = [one for one in every if one.measure == measure]
        for one in those:
            is_alone = len(those) == 1 and one.kind in KINDS["people"]
            span = 12 if is_alone else _SPANS[one.kind]
            chart = funnel(f"mix-{measure.metric}-{one.kind}", one.found, one.words, span=span)
            yield replace(chart, is_placed=True)


_COLUMNS = [
    tables.Column("Who", left=True), tables.Column("Kind", left=True),
    tables.Column("Metric", left=True), tables.Column("Cases"), tables.Column("Observed"),
    tables.Column(
        "Expected", title="What the whole centre would have got with the same contacts"
    ),
    tables.Column("Difference"),
    tables.Column(
        "Estimate",
        title="The difference drawn towards 0 as far as chance may have made it (empirical Bayes)",
    ),
    tables.Column("95 % range", title="In which the true difference is likely to be"),
    tables.Column("Funnel", left=True), tables.Column("Than expected", left=True),
]  # fmt: skip


def _row(one: _Compared, e: Estimate) -> list[tables.Cell]:
    s, words = e.subject, one.words
    state = _STATES[words.mood(e)] if e.outside else _INSIDE
    return [
        tables.Cell(words.name(s.id), left=True),
        tables.Cell(one.words.one, left=True),
        tables.Cell(words.metric, left=True),
        tables.Cell(fmt.count(s.n), sort=s.n),
        tables.Cell(words.value(s.observed, s.n), sort=round(s.observed / s.n, 6)),
        tables.Cell(words.value(s.expected, s.n), sort=round(s.expected / s.n, 6)),
        tables.Cell(words.gap(e.gap, e), sort=round(e.gap, 6)),
        tables.Cell(words.gap(e.shrunk, e), sort=round(e.shrunk, 6)),
        tables.Cell(words.range(e), sort=round(e.low, 6)),
        tables.Cell(standing(e), left=True, sort=round(abs(e.gap) / e.width, 4)),
        tables.Cell(state=state, sort=state[2], left=True),
    ]  # fmt: skip


def _said(
    topic: str, every: Sequence[_Compared], points: Sequence[tuple[_Compared, Estimate]]
) -> Iterator[str]:
    who = " and ".join(_CALLED[kind][1] for kind in KINDS[topic])
    yield (
        f"Not a league table: {who} are held against what the whole centre would have got with the "
        "same contacts: same channel and direction, queue, reason and quarter of the day. Where "
        f"such a cell has fewer than {FEWEST_IN_CELL} cases or is mostly one's own, a coarser one "
        "takes its place: any hour, then any reason, then the same reason in any queue, at last "
        "the whole channel. Differences inside a funnel are chance."
    )
    if topic == "people":
        yield _luck([e for _, e in points])
    yield from _coarse(every)


def _luck(points: Sequence[Estimate]) -> str:
    """How many are outside, and how many would be without anybody being special."""
    far = sum(e.outside > _BEYOND_95 for e in points)
    told = sum(e.is_told for e in points)
    listed = (
        f"Listed, the surest first: the {told} that are likely to differ in truth. Ask what is "
        "behind it before anybody is judged."
        if told
        else "None of them is likely to differ in truth."
    )
    return (
        f"Of {fmt.plural(len(points), 'point')} in the funnels below, "
        f"{sum(e.outside > 0 for e in points)} lie beyond the 95 % lines, where luck would put "
        f"about {round(0.05 * len(points))}, and {far} of these beyond the 99.8 % lines, where "
        f"luck would put {_few(0.002 * len(points))}. {listed}"
    )


def _few(number: float) -> str:
    return "hardly any" if number < _HALF else f"about {round(number)}"


def _coarse(every: Sequence[_Compared]) -> Iterator[str]:
    """Whose cases are mostly compared by channel alone."""
    names = {
        one.words.name(e.subject.id)
        for one in every
        if one.kind != "agent"
        for e in one.found.estimates
        if e.subject.n_same_queue + e.subject.n_other_queues < _HALF * e.subject.n
    }
    if names:
        yield (
            f"Most contacts of {fmt.words(sorted(names), 6)} can in some of these only be held "
            "against all of their channel: nobody else works their queues, or their reasons are "
            "not known. Read those differences with care."
        )
