"""The page of trends: what changed, which days stood out, and the course of every metric."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports import timelines
from reports.figures.control import control_chart, usual
from reports.language import N_, _, ngettext
from reports.outputs.frames import Rows
from reports.pages import tables
from reports.pages.frame import frame, page_of
from reports.pages.render import sign_of
from reports.topics import TOPICS
from reports.trend_rows import course_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from reports.pages.frame import Site
    from reports.spans import Span
    from reports.standouts import Outside, Standout
    from reports.timelines import Timeline, Told
    from reports.topics import Topic
    from reports.trends import Shift

SIGMA = "\u03c3"
_RUNS = {
    ("day", True): N_("{n} days running above the centre"),
    ("day", False): N_("{n} days running below the centre"),
    ("week", True): N_("{n} weeks running above the centre"),
    ("week", False): N_("{n} weeks running below the centre"),
}
"""(Grain, whether above) -> words; a run has eight at least."""
_VALUES = {"day": N_("{n} by day"), "week": N_("{n} by week")}
MOST_SHIFTS = 12
MOST_DAYS = 8
_NAMED = 4
_BY_CHANCE = 0.003
"""Share of values outside limits of three standard deviations without any cause."""
_MOODS = {
    "good": ("good", "●", N_("better")),
    "bad": ("bad", "■", N_("worse")),
    "": ("plain", "◆", N_("different")),
}
_SURE = ((6.0, N_("very sure")), (4.5, N_("sure")), (0.0, N_("likely")))
"""From so many standard errors on, and how a manager would put it."""


def _mood(mood: str) -> tuple[str, str, str]:
    kind, sign, word = _MOODS[mood]
    return kind, sign, _(word)


@dataclass(frozen=True)
class Chart:
    """A metric's control chart with what is said beside it."""

    metric: str
    name: str
    value: str
    when: str
    """The span of the value: the newest that will not change any more."""
    state: tuple[str, str, str] | None
    goal: str
    usual: str
    picture: Markup
    said: tuple[tuple[str, str], ...]
    """(mood, words)"""


def context(
    site: Site,
    found: Told,
    stood: Sequence[Standout] = (),
    places: Mapping[Span, str] | None = None,
) -> dict[str, Any]:
    """What the template of the page of trends needs.

    Args:
        site: the site.
        found: the course of every metric.
        stood: the days and weeks that stood out.
        places: where and when they did, in words.
    """
    lines = timelines.every(found)
    topic_of = {m: t for t in TOPICS for m in found.get(t.id, ())}
    shifts = _shifts(site, lines, topic_of)
    points = sum(len(line.spans) for line in lines if line.found.levels)
    return {
        **frame(site),
        "title": _("Trends"),
        "subtitle": _subtitle(lines),
        "root": "",
        "columns": _columns(),
        "shifts": shifts[:MOST_SHIFTS],
        "more_shifts": shifts[MOST_SHIFTS:],
        "days": _days(site, stood, places or {}, topic_of),
        "measured": sum(1 for line in lines if line.found.levels),
        "by_chance": round(_BY_CHANCE * points),
        "outside": sum(len(line.found.outside) for line in lines),
        "topics": [
            {"topic": t, "charts": [_chart(site, line, t) for line in found[t.id].values()],
             "rows": [_row(line) for line in found[t.id].values()]}
            for t in TOPICS if t.id in found
        ],
        "table": _table_columns(),
        "rows_beside": [Rows(_("Courses"), "trends/courses", course_rows(lines))] if lines else [],
    }  # fmt: skip


def _subtitle(lines: Sequence[Timeline]) -> str:
    if not lines:
        return _("No metric has four final values yet")
    first = min(line.spans[0].first for line in lines)
    last = max(line.spans[-1].last for line in lines)
    return f"{fmt.days(first, last)} · " + ngettext(
        "{n} metric of the whole centre", "{n} metrics of the whole centre", len(lines)
    )


# -------------------------------------------------------------------- what changed


def _columns() -> list[tables.Column]:
    return [
        tables.Column(_("Metric"), left=True),
        tables.Column(_("Since"), left=True),
        tables.Column(_("From")),
        tables.Column(_("To")),
        tables.Column(_("Size"), title=_("In standard deviations of the single values")),
        tables.Column(_("How sure"), left=True, title=_("By the change's own standard error")),
        tables.Column(_("Which is"), left=True),
    ]


def _shifts(
    site: Site, lines: Iterable[Timeline], topic_of: dict[str, Topic]
) -> list[list[tables.Cell]]:
    """A row for each lasting change of level, the largest first; a return to before has none."""
    rows = []
    for line in lines:
        known: Shift | None = None
        for shift in line.found.shifts:
            if (known is None or not known.returns) and _is_seen(line, shift):
                rows.append((-abs(shift.size), _shift(site, line, shift, topic_of)))
            known = shift
    return [row for _size, row in sorted(rows, key=lambda r: r[0])]


def _shift(
    site: Site, line: Timeline, shift: Shift, topic_of: dict[str, Topic]
) -> list[tables.Cell]:
    unit = line.metric.unit
    span = line.spans[shift.place]
    before, after = (
        tables.Cell(fmt.value(line.told(level.centre), unit), sort=level.centre)
        for level in (shift.before, shift.after)
    )
    sign = "+" if shift.size > 0 else fmt.MINUS
    return [
        tables.Cell(line.metric.name, href=f"#{anchor(line.metric.id)}"),
        tables.Cell(
            _since(line, shift),
            sort=span.first.isoformat(),
            left=True,
            href=_href(site, span, topic_of.get(line.metric.id)),
        ),
        before,
        after,
        tables.Cell(
            f"{sign}{fmt.number(abs(shift.size), 1)}{fmt.SPACE}{SIGMA}", sort=round(shift.size, 3)
        ),
        tables.Cell(
            next(_(words) for z, words in _SURE if shift.clearness >= z),
            sort=round(shift.clearness, 3),
            left=True,
        ),
        tables.Cell(state=_mood(line.mood(shift.size)), sort=line.mood(shift.size), left=True),
    ]


def _is_seen(line: Timeline, shift: Shift) -> bool:
    """Whether people see a difference between the two levels at all."""
    unit = line.metric.unit
    before, after = (line.told(level.centre) for level in (shift.before, shift.after))
    return fmt.value(before, unit) != fmt.value(after, unit)


def _since(line: Timeline, shift: Shift) -> str:
    """When a level began, and when it ended if it has."""
    first = line.spans[shift.place].first
    if shift.after.end == len(line.spans):
        return f"{fmt.day(first)} {first.year}"
    last = line.spans[shift.after.end - 1].last
    return fmt.days(first, last) + (_(", then back") if shift.returns else "")


def _href(site: Site, span: Span, topic: Topic | None) -> str:
    """The page of a span about a subject, or its overview; empty where it has none."""
    return page_of(site, span, topic) if span in site.spans.get(span.grain, ()) else ""


# -------------------------------------------------------------------- days that stood out


def _days(
    site: Site,
    found: Sequence[Standout],
    places: Mapping[Span, str],
    topic_of: dict[str, Topic],
) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{standout.span.short} {standout.span.first.year}",
            "href": _href(site, standout.span, None),
            "n": len(standout.out),
            "cause": standout.cause,
            "where": places.get(standout.span, ""),
            "metrics": [_outside(site, one, topic_of) for one in standout.out[:_NAMED]],
            "more": max(0, len(standout.out) - _NAMED),
        }
        for standout in found
    ]


def _outside(site: Site, one: Outside, topic_of: dict[str, Topic]) -> dict[str, Any]:
    span = one.line.spans[one.place]
    return {
        "name": one.line.metric.name,
        "href": _href(site, span, topic_of.get(one.line.metric.id)),
        "state": _mood(one.line.mood(one.excess)),
        "text": one.line.told_at(one.place),
    }


# -------------------------------------------------------------------- charts


def anchor(metric: str) -> str:
    """The identifier of a metric's chart."""
    return f"trend-{metric}"


def _chart(site: Site, line: Timeline, topic: Topic) -> Chart:
    hrefs = [""] * len(line.spans)
    for place in line.found.outside:
        hrefs[place] = _href(site, line.spans[place], topic)
    number = line.last
    return Chart(
        metric=line.metric.id,
        name=line.metric.name,
        value=fmt.value(number.value, line.metric.unit),
        when=line.spans[-1].short,
        state=None if number.is_small else sign_of(number.status),
        goal=tables.goal_text(number),
        # For a value of that weekday and of so many cases, which the band of all of them is not.
        usual=fmt.values(*line.usual(len(line.spans) - 1), line.metric.unit)
        if line.found.levels
        else "",
        picture=control_chart(line, hrefs),
        said=tuple(chain(_said_of_shift(line), _said_of_run(line), _said_of_none(line))),
    )


def _said_of_shift(line: Timeline) -> Iterable[tuple[str, str]]:
    if not line.found.shifts:
        return
    shift = line.found.shifts[-1]
    unit = line.metric.unit
    arrow = "▲" if shift.size > 0 else "▼"
    mood = {"good": "up", "bad": "down", "": "flat"}[line.mood(shift.size)]
    size = fmt.difference(line.told(shift.after.centre) - line.told(shift.before.centre), unit)
    yield (
        mood,
        _(
            "{arrow} {size} since {first}",
            arrow=arrow,
            size=size,
            first=fmt.day(line.spans[shift.place].first),
        ),
    )


def _said_of_run(line: Timeline) -> Iterable[tuple[str, str]]:
    """A run that has not ended."""
    for first, end in line.found.runs:
        if end == len(line.spans):
            centre = line.found.levels[-1].centre
            sides = _RUNS[line.grain, line.judged[first] > centre]
            yield "flat", _(sides, n=end - first)


def _said_of_none(line: Timeline) -> Iterable[tuple[str, str]]:
    if not line.found.levels:
        few = _("too few values for a usual range") if line.found.sigma else _("hardly ever moves")
        yield "flat", few


def _table_columns() -> list[tables.Column]:
    return [
    tables.Column(_("Metric"), left=True), tables.Column(_("Values")), tables.Column(_("Last")),
    tables.Column(_("Centre now")), tables.Column(_("Usual range")), tables.Column(_("Goal")),
    tables.Column(_("Weekdays"), left=True), tables.Column(_("Outside")),
    tables.Column(_("Changes of level")),
]  # fmt: skip


def _row(line: Timeline) -> list[tables.Cell]:
    """The numbers of a chart."""
    unit, found = line.metric.unit, line.found
    centre = line.told(found.levels[-1].centre) if found.levels else None
    return [
        tables.Cell(line.metric.name),
        tables.Cell(_(_VALUES[line.grain], n=len(line.spans)), sort=len(line.spans)),
        tables.Cell(fmt.value(line.last.value, unit), sort=line.last.value),
        tables.Cell(fmt.value(centre, unit), sort=centre),
        tables.Cell(usual(line) if found.levels else fmt.UNKNOWN),
        tables.Cell(tables.goal_text(line.last) or fmt.UNKNOWN),
        tables.Cell(_weekdays(line), left=True),
        tables.Cell(fmt.count(len(found.outside)), sort=len(found.outside)),
        tables.Cell(fmt.count(len(found.shifts)), sort=len(found.shifts)),
    ]


def _weekdays(line: Timeline) -> str:
    """The lowest and the highest weekday, where they differ by more than the noise."""
    pattern = {s.first.isoweekday(): p for s, p in zip(line.spans, line.pattern, strict=True)}
    low, high = (of(pattern, key=lambda d: pattern[d]) for of in (min, max))
    if not line.found.sigma or pattern[high] - pattern[low] <= line.found.sigma:
        return fmt.UNKNOWN
    return _("{low} lowest, {high} highest", low=fmt.weekday(low), high=fmt.weekday(high))
