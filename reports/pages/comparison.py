"""The section of a page that compares agents, teams or sites on the same mix of contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports import format as fmt
from reports.comparisons import FEWEST_IN_CELL, KINDS, MEASURES
from reports.figures import entry
from reports.figures.funnel import Words, funnel, standing
from reports.language import N_, _, ngettext
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
    "agent": (N_("agent"), N_("agents")), "team": (N_("team"), N_("teams")),
    "site": (N_("site"), N_("sites")),
    "sourcing": (N_("kind of sourcing"), N_("kinds of sourcing")),
}  # fmt: skip
_TITLES = {
    "people": N_("Agents and teams on the same mix"),
    "cost": N_("Sites and sourcing on the same mix"),
}
_SPANS = {"agent": 7, "team": 5, "site": 6, "sourcing": 6}
_MOST_LISTED = 40
_STATES = {
    "good": ("good", "●", N_("better")), "bad": ("bad", "■", N_("worse")),
    "more": ("plain", "▲", N_("higher")), "less": ("plain", "▼", N_("lower")),
}  # fmt: skip
_BEYOND_95 = 95
_INSIDE = ("plain", "○", N_("as expected"))
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
    with_kind = len({one.kind for one, _of in points}) > 1
    return Section(
        title=_(_TITLES[topic]),
        said=tuple(_said(topic, every, points)),
        columns=_columns(with_kind=with_kind),
        rows=[_row(one, e, with_kind=with_kind) for one, e in listed[:_MOST_LISTED]],
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
                    told = {
                        i: f"{name} ({site.scope_name('sourcing', same[i])})"
                        for i, name in words.names.items()
                    }
                    words = replace(words, one=_("site (sourcing)"), names=told)
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
        metric.name,
        metric.unit,
        metric.scale,
        metric.direction,
        *map(_, _CALLED[kind]),
        names=names,
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


def _columns(*, with_kind: bool) -> list[tables.Column]:
    return [
    tables.Column(_("Who"), left=True),
    *([tables.Column(_("Kind"), left=True)] if with_kind else []),
    tables.Column(_("Metric"), left=True), tables.Column(_("Cases")), tables.Column(_("Observed")),
    tables.Column(
        _("Expected"), title=_("What the whole centre would have got with the same contacts")
    ),
    tables.Column(_("Difference")),
    tables.Column(
        _("Estimate"),
        title=_("The difference drawn towards 0 as far as chance may have made it "
            "(empirical Bayes)"),
    ),
    tables.Column(_("95 % range"), title=_("In which the true difference is likely to be")),
    tables.Column(_("Funnel"), left=True), tables.Column(_("Than expected"), left=True),
]  # fmt: skip


def _state(state: tuple[str, str, str]) -> tuple[str, str, str]:
    return state[0], state[1], _(state[2])


def _row(one: _Compared, e: Estimate, *, with_kind: bool) -> list[tables.Cell]:
    s, words = e.subject, one.words
    state = _state(_STATES[words.mood(e)] if e.outside else _INSIDE)
    return [
        tables.Cell(words.name(s.id), left=True),
        *([tables.Cell(one.words.one, left=True)] if with_kind else []),
        tables.Cell(words.metric, left=True),
        tables.Cell(entry.count(s.n), sort=s.n),
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
    who = fmt.words([_(_CALLED[kind][1]) for kind in KINDS[topic]])
    yield (
        _(
            "Not a league table: {who} are held against what the whole centre would "
            "have got with the same contacts: same channel and direction, queue, "
            "reason and quarter of the day. Where such a cell has fewer than "
            "{FEWEST_IN_CELL} cases or is mostly one's own, a coarser one takes its "
            "place: any hour, then any reason, then the same reason in any queue, at "
            "last the whole channel. Differences inside a funnel are chance.",
            who=who,
            FEWEST_IN_CELL=FEWEST_IN_CELL,
        )
    )
    if topic == "people":
        yield _luck([e for _of, e in points])
    yield from _coarse(every)


def _luck(points: Sequence[Estimate]) -> str:
    """How many are outside, and how many would be without anybody being special."""
    far = sum(e.outside > _BEYOND_95 for e in points)
    told = sum(e.is_told for e in points)
    listed = (
        _(
            "Listed, the surest first: the {told} that are likely to differ in "
            "truth. Ask what is behind it before anybody is judged.",
            told=told,
        )
        if told
        else _("None of them is likely to differ in truth.")
    )
    return ngettext(
        "Of {n} point in the funnels below, {outside} lie beyond the 95 % lines, where luck would "
        "put about {by_luck}, and {far} of these beyond the 99.8 % lines, where luck would put "
        "{few}.",
        "Of {n} points in the funnels below, {outside} lie beyond the 95 % lines, where luck would "
        "put about {by_luck}, and {far} of these beyond the 99.8 % lines, where luck would put "
        "{few}.",
        len(points), outside=sum(e.outside > 0 for e in points), far=far,
        by_luck=round(0.05 * len(points)), few=_few(0.002 * len(points)),
    ) + f" {listed}"  # fmt: skip


def _few(number: float) -> str:
    return _("hardly any") if number < _HALF else _("about {number}", number=round(number))


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
            _(
                "Most contacts of {names} can in some of these only be held against "
                "all of their channel: nobody else works their queues, or their "
                "reasons are not known. Read those differences with care.",
                names=fmt.words(sorted(names), 6),
            )
        )
