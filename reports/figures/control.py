"""Control charts as inline SVG: a course with its usual range, goal, alarms and levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from reports import format as fmt
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.timelines import Timeline

WIDTH, HEIGHT = 320, 104
_TOP, _BOTTOM = 9, 14
_COLOURS = {"good": "good", "bad": "bad", "": "c2"}
_WORDS = {
    "good": N_("better than usual"),
    "bad": N_("worse than usual"),
    "": N_("out of the usual"),
}
_BY_GRAIN = {
    "day": N_("{name} by day, {n} values from {low} to {high}"),
    "week": N_("{name} by week, {n} values from {low} to {high}"),
}
_FAR = 1.5
"""A goal farther off than so many heights of the picture would flatten the course."""


def control_chart(line: Timeline, hrefs: Sequence[str]) -> Markup:
    """The picture of a course.

    Args:
        line: the course.
        hrefs: the page of each of its places, empty where there is none.
    """
    place = _Scale(line)
    body = [*_bands(line, place), *_goal(line, place), *_course(line, place)]
    alarms = _alarms(line, place, hrefs)
    body += [*_shifts(line, place), *alarms, *_axis(line)]
    # What is inside an image nobody can reach: with links it is a group.
    role = "group" if any("<a " in alarm for alarm in alarms) else "img"
    return Markup(  # noqa: S704  numbers of ours, and escaped text
        f'<svg class="control" viewBox="0 0 {WIDTH} {HEIGHT}" role="{role}"'
        f' aria-label="{escape(in_words(line))}">{"".join(body)}</svg>'
    )


def in_words(line: Timeline) -> str:
    """What the picture shows, for who cannot see it."""
    unit = line.metric.unit
    values = line.values
    low, high = (fmt.value(v, unit) for v in (min(values), max(values)))
    said = [
        _(_BY_GRAIN[line.grain], name=line.metric.name, n=len(values), low=low, high=high),
        _("last {value}", value=fmt.value(line.last.value, unit)),
    ]
    if line.found.levels:
        said.append(_("usual now {line}", line=usual(line)))
        shifts, outside = len(line.found.shifts), len(line.found.outside)
        said.append(ngettext("{n} change of level", "{n} changes of level", shifts))
        said.append(ngettext(
            "{n} value outside the usual range", "{n} values outside the usual range", outside
        ))  # fmt: skip
    return ", ".join(said) + "."


def usual(line: Timeline) -> str:
    """The usual range on the newest level, in words: 62.1 to 81.4 %."""
    level = line.found.levels[-1]
    return fmt.values(line.told(level.low), line.told(level.high), line.metric.unit)


class _Scale:
    """Where a place and a value are in the picture."""

    def __init__(self, line: Timeline) -> None:
        edges = line.values
        for level in line.found.levels:
            edges += [line.told(level.low), line.told(level.high)]
        low, high = min(edges), max(edges)
        goal = line.last.goal
        self.has_goal = goal is not None and (
            low - _FAR * (high - low) <= goal <= high + _FAR * (high - low)
        )
        if goal is not None and self.has_goal:
            low, high = min(low, goal), max(high, goal)
        self.low, self._scale = low, (HEIGHT - _TOP - _BOTTOM) / ((high - low) or 1)
        first, last = line.spans[0].first, line.spans[-1].first
        self._first, self._day = first, (WIDTH - 12) / ((last - first).days or 1)
        self._days = [(span.first - first).days for span in line.spans]

    def x(self, place: float) -> float:
        """Of a place; between two of them where it is no whole number."""
        left, rest = int(place), place - int(place)
        at = self._days[left]
        if rest:
            at += rest * (self._days[left + 1] - at)
        return 6 + at * self._day

    def y(self, value: float) -> float:
        """Of a value."""
        return HEIGHT - _BOTTOM - (value - self.low) * self._scale


def _bands(line: Timeline, at: _Scale) -> list[str]:
    found = []
    for level in line.found.levels:
        left = at.x(level.start - 0.5) if level.start else at.x(0)
        right = at.x(level.end - 0.5) if level.end < len(line.spans) else at.x(level.end - 1)
        top, bottom = at.y(line.told(level.high)), at.y(line.told(level.low))
        centre = at.y(line.told(level.centre))
        found.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}"'
            f' height="{bottom - top:.1f}" fill="var(--c1soft)"/>'
            f'<path d="M{left:.1f} {centre:.1f}H{right:.1f}" class="centre"/>'
        )
    return found


def _goal(line: Timeline, at: _Scale) -> list[str]:
    goal = line.last.goal
    if goal is None or not at.has_goal:
        return []
    return [
        f'<path d="M6 {at.y(goal):.1f}H{WIDTH - 6}" class="goal"/>'
        f'<text x="{WIDTH - 6}" y="{max(8, at.y(goal) - 2):.1f}" text-anchor="end">'
        f"{escape(_('goal'))}</text>"
    ]


def _course(line: Timeline, at: _Scale) -> list[str]:
    places = [(at.x(place), at.y(value)) for place, value in enumerate(line.values)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    x, y = places[-1]
    return [
        f'<polyline points="{points}" class="course"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="var(--c1)"/>'
    ]


def _shifts(line: Timeline, at: _Scale) -> list[str]:
    found = []
    for shift in line.found.shifts:
        x = at.x(shift.place - 0.5)
        name = _("New level since {short}", short=line.spans[shift.place].short)
        found.append(
            f'<g class="shift"><title>{escape(name)}</title>'
            f'<path d="M{x:.1f} 2V{HEIGHT - _BOTTOM}"/>'
            f'<path d="M{x - 4:.1f} 0h8l-4 6z" class="head"/></g>'
        )
    return found


def _alarms(line: Timeline, at: _Scale, hrefs: Sequence[str]) -> list[str]:
    found = []
    for place in line.found.outside:
        value = line.told(line.judged[place])
        mood = line.mood(line.excess(place))
        text = f"{line.spans[place].short}: {line.told_at(place)}; {_(_WORDS[mood])}"
        mark = _mark(mood, at.x(place), at.y(value))
        whole = f"<title>{escape(text)}</title>{mark}"
        href = hrefs[place]
        found.append(
            f'<a href="{escape(href)}" aria-label="{escape(text)}">{whole}</a>'
            if href
            else f"<g>{whole}</g>"
        )
    return found


def _mark(mood: str, x: float, y: float) -> str:
    """A square for worse, a disc for better, a rhombus for neither."""
    colour = f'fill="var(--{_COLOURS[mood]})" class="alarm"'
    if mood == "good":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.8" {colour}/>'
    if mood == "bad":
        return f'<rect x="{x - 3.4:.1f}" y="{y - 3.4:.1f}" width="6.8" height="6.8" {colour}/>'
    return f'<path d="M{x:.1f} {y - 4.6:.1f}l4.6 4.6l-4.6 4.6l-4.6 -4.6z" {colour}/>'


def _axis(line: Timeline) -> list[str]:
    first, last = (
        f"{fmt.day_of_year(span.first)} {span.first.year}"
        for span in (line.spans[0], line.spans[-1])
    )
    return [
        f'<text x="6" y="{HEIGHT - 2}">{escape(first)}</text>'
        f'<text x="{WIDTH - 6}" y="{HEIGHT - 2}" text-anchor="end">{escape(last)}</text>'
    ]
