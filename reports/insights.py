"""What is worth telling about the key figures of a page: what is unusual, where, and since when.

Pure functions over courses: the values of a figure up to the span of the page. A figure is measured
by its own past, days by the same weekday. What is usual is the median; how far values stray is told
by how far each of the past is from the median of the others like it, so that few weekdays do not
look steadier than they are (leave one out; 1.4826 x the median deviation, as in P. J. Rousseeuw and
C. Croux, "Alternatives to the median absolute deviation", JASA 88, 1993).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from reports import format as fmt
from reports.findings import Finding
from reports.language import N_, _, ngettext
from reports.topics import kind_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reports.records import Number
    from reports.spans import Span

FEWEST = 8
"""Fewer values of the past than these say nothing about what is usual."""
UNUSUAL = 4.0
"""So many deviations from the usual are worth a sentence; docs/findings.md tells how many false
alarms that leaves."""
_WHERE = 2.5
"""So many at one place, in the same direction, for that place to be named."""
_PER_MEDIAN = 1.4826
_USUAL = 2.0
_DAYS_OF_A_WEEK = 7
_RUNNING = {
    "day": N_("Missed {n} days running, since {first}."),
    "week": N_("Missed {n} weeks running, since {first}."),
    "month": N_("Missed {n} months running, since {first}."),
}
_ALWAYS = {
    "day": N_("Missed on each of the last {n} days."),
    "week": N_("Missed in each of the last {n} weeks."),
    "month": N_("Missed in each of the last {n} months."),
}


@dataclass(frozen=True)
class Figure:
    """A key figure: itself and its past, the oldest first; None where nothing is known."""

    number: Number
    past: Sequence[Number | None]


@dataclass(frozen=True)
class Usual:
    """What a figure usually is, and how far it strays, in its own unit."""

    centre: float
    spread: float

    def apart(self, value: float) -> float:
        """How many deviations a value is from the usual one; its sign is that of the difference."""
        return (value - self.centre) / self.spread


def usual(past: Sequence[float | None], season: int = 1) -> Usual | None:
    """What the next value would usually be; None where the past does not tell.

    Args:
        past: earlier values, the last of them just before the next one.
        season: after how many values the like of a value comes again: 7 for days, 1 for none.
    """
    alike: dict[int, list[float]] = defaultdict(list)
    for place, value in enumerate(reversed(past), start=1):
        if value is not None:
            alike[place % season].append(value)
    strayed = [
        abs(value - median(others))
        for values in alike.values()
        for place, value in enumerate(values)
        if (others := values[:place] + values[place + 1 :])
    ]
    same = alike.get(0, [])
    if len(strayed) < FEWEST or len(same) < min(2, season):
        return None
    spread = _PER_MEDIAN * median(strayed)
    return Usual(median(same), spread) if spread > 0 else None


def insights(
    figures: Sequence[Figure],
    narrower: Callable[[str], Iterable[Figure]],
    name_of: Callable[[str, str], str],
    over: Sequence[Span],
) -> list[Finding]:
    """The findings of a page, the weightiest first.

    Args:
        figures: of the whole centre, the leading one first.
        narrower: of a metric, the same figure of each site, queue, team of the page.
        name_of: what people call a scope, of its kind and id.
        over: the spans of a course, the page's own last.
    """
    season = _DAYS_OF_A_WEEK if over[-1].grain == "day" else 1
    found: list[Finding] = []
    for place, figure in enumerate(figures):
        finding = _unusual(figure, narrower, name_of, over, season) or _missed(figure, over)
        if finding:
            found.append(replace(
                finding, weight=finding.weight - place, metric=figure.number.metric.id
            ))  # fmt: skip
    return sorted(found, key=lambda f: -f.weight)


def _unusual(
    figure: Figure,
    narrower: Callable[[str], Iterable[Figure]],
    name_of: Callable[[str, str], str],
    over: Sequence[Span],
    season: int,
) -> Finding | None:
    apart, of = _apart(figure, season)
    number = figure.number
    if of is None or abs(apart) < UNUSUAL or _may_be(number, of.centre):
        return None
    unit, value = number.metric.unit, number.value or 0.0
    side = (
        N_("{name} was {value}, above the usual")
        if apart > 0
        else N_("{name} was {value}, below the usual")
    )
    low, high = of.centre - _USUAL * of.spread, of.centre + _USUAL * of.spread
    if not any((n.value or 0) < 0 for n in (number, *figure.past) if n):
        low = max(low, 0.0)
    range_ = fmt.values(low, high, unit)
    text = (
        _("Usual on a {weekday}: {range}.", range=range_,
          weekday=fmt.weekday(over[-1].first.isoweekday()))
        if season > 1
        else _("Usual: {range}.", range=range_)
    )  # fmt: skip
    if place := _where(narrower(number.metric.id), name_of, apart, season):
        text += f" {place}"
    if since := _since(figure, of, apart, over, season):
        text += f" {since}"
    return Finding(
        _(side, name=number.metric.name, value=fmt.value(value, unit)),
        text + _against_goal(number),
        # A hundred deviations are no more news than twelve.
        40 + 3 * min(abs(apart), 12.0) + (10 if _is_worse(number, apart) else 0),
    )


def _apart(figure: Figure, season: int) -> tuple[float, Usual | None]:
    """How unusual a figure is, and what it is usually; figures on few cases tell nothing."""
    number = figure.number
    if number.value is None or number.is_small or number.is_provisional:
        return 0.0, None
    of = usual([_solid(n) for n in figure.past], season)
    return (of.apart(number.value), of) if of else (0.0, None)


def _may_be(number: Number, value: float) -> bool:
    """Whether the cases of a number are too few to tell it from a value."""
    if number.low is None or number.high is None:
        return False
    return number.low <= value <= number.high


def _solid(number: Number | None) -> float | None:
    return None if number is None or number.is_small else number.value


def _where(
    narrower: Iterable[Figure],
    name_of: Callable[[str, str], str],
    apart: float,
    season: int,
) -> str:
    """The place that was most unusual in the same direction."""
    best, said = _WHERE, ""
    for figure in narrower:
        there, of = _apart(figure, season)
        if of is None or there * apart <= 0 or abs(there) <= best:
            continue
        number = figure.number
        kind, unit = number.scope_kind, number.metric.unit
        best = abs(there)
        said = _(
            "Most of all at {kind} {name}: {value}, usually {usual}.",
            kind=kind_words(kind), name=name_of(kind, number.scope_id),
            value=fmt.value(number.value, unit), usual=fmt.value(of.centre, unit),
        )  # fmt: skip
    return said


def _since(figure: Figure, of: Usual, apart: float, over: Sequence[Span], season: int) -> str:
    """Since when it has been beyond its usual range on this side, where that is not new.

    Each day is measured by its own weekday, as far as those before it tell what is usual on it.
    """
    first, past = None, [_solid(number) for number in figure.past]
    for place, span in zip(reversed(range(len(past))), reversed(over[:-1]), strict=False):
        there = of if season == 1 else usual(past[:place], season)
        value = past[place]
        if there is None or value is None:
            break
        if there.apart(value) * apart <= 0 or abs(there.apart(value)) < _USUAL:
            break
        first = span
    return _("So since {short}.", short=first.short) if first else ""


def _is_worse(number: Number, apart: float) -> bool:
    return (number.metric.direction == "higher" and apart < 0) or (
        number.metric.direction == "lower" and apart > 0
    )


def _against_goal(number: Number) -> str:
    if number.goal is None or number.status not in ("near", "missed"):
        return ""
    return " " + _("The goal is {goal}.", goal=fmt.value(number.goal, number.metric.unit))


def _missed(figure: Figure, over: Sequence[Span]) -> Finding | None:
    """A goal that was missed by more than chance, and for how long."""
    number = figure.number
    if number.value is None or number.goal is None or number.status != "missed":
        return None
    if number.is_small or number.is_provisional:
        return None
    if number.low is not None and number.high is not None:
        if number.low <= number.goal <= number.high:
            return None
        ends = fmt.values(number.low, number.high, number.metric.unit)
        text = _("Likely range {range}.", range=ends)
    else:
        text = ngettext("From {n} case.", "From {n} cases.", number.n)
    running = 1
    for before in reversed(figure.past):
        if before is None or before.status != "missed":
            break
        running += 1
    if running == len(figure.past) + 1 > 1:
        text += " " + _(_ALWAYS[over[-1].grain], n=running)
    elif running > 1:
        text += " " + _(_RUNNING[over[-1].grain], n=running, first=over[-running].short)
    goal = fmt.value(number.goal, number.metric.unit)
    return Finding(
        _(
            "{name} was {value}, goal {goal}",
            name=number.metric.name,
            value=fmt.value(number.value, number.metric.unit),
            goal=goal,
        ),
        text,
        # The first miss is news; a goal missed all month is known.
        45 if running == 1 else 35 - min(running, 10),
        is_news=running == 1,
    )


def quiet(figures: Sequence[Figure], over: Sequence[Span]) -> str:
    """That nothing stands out, where enough of the past is known to say so; else nothing."""
    season = _DAYS_OF_A_WEEK if over[-1].grain == "day" else 1
    told = sum(1 for figure in figures if _apart(figure, season)[1])
    if not told:
        return ""
    said = ngettext(
        "Nothing unusual: {n} key figure within the usual range.",
        "Nothing unusual: {n} key figures within the usual range.", told,
    )  # fmt: skip
    missed = sum(figure.number.status == "missed" for figure in figures)
    if not missed:
        return said
    return f"{said} " + ngettext(
        "{n} is short of its goal, by no more than chance or not for good yet.",
        "{n} are short of their goals, by no more than chance or not for good yet.", missed,
    )  # fmt: skip
