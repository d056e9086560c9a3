"""What a metric's course says: its usual range, points outside it, runs, and lasting shifts.

Pure functions over evenly spaced values. All of them find the same in a course that is shifted, or
measured in another unit: they compare a course with its own noise, never with a fixed size.

Sources: D. J. Wheeler, "Understanding Variation" (1993) and "Advanced Topics in Statistical
Process Control" (1995), for the chart of individual values and moving ranges (XmR) and its rules;
R. Killick, P. Fearnhead, I. Eckley, "Optimal detection of changepoints with a linear computational
cost" (JASA 107, 2012), for changes of level by least squares with a penalty.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

FEWEST = 8
"""Fewer values than these have no usual range."""
RUN = 8
"""So many in a row on one side of the centre are a run: Wheeler's second rule."""
_PER_MEDIAN_RANGE = 1.0483
"""Standard deviations in a median moving range of two: 3.145 / 3, Wheeler 1995, table A."""
_PER_MEAN_RANGE = 0.8865
"""The same of a mean moving range: 2.660 / 3."""
_TIES = 0.6
_LEAST = 0.75
"""A change of level that is smaller, in standard deviations, is not worth a manager's question."""
_PENALTY = 3.0
"""Per change, in squared standard deviations and logarithms of the number of values. 2 would be
Schwarz's criterion for a level and its place, whose alarms are too many for a page of a hundred
metrics whose noise is estimated and not known."""
_SETTLED = 2.0
"""Values are held so many standard deviations around the values beside them before changes of level
are sought: one day's outage is no change of level."""
_NEIGHBOURS = 3


@dataclass(frozen=True)
class Level:
    """A stretch of a course on one level, with its usual range; `end` is past its last place."""

    start: int
    end: int
    centre: float
    low: float
    high: float


@dataclass(frozen=True)
class Shift:
    """A change of level at a place."""

    place: int
    before: Level
    after: Level
    size: float
    """In standard deviations of the single values; its sign is that of the change."""
    clearness: float
    """How many of its own standard errors the change is: its z."""
    returns: bool
    """Whether the level after this stretch is again the one before it."""


@dataclass(frozen=True)
class Course:
    """What is found in a course; without `levels` it is too short or has no noise to measure by."""

    sigma: float
    levels: tuple[Level, ...] = ()
    shifts: tuple[Shift, ...] = ()
    outside: tuple[int, ...] = ()
    """Places outside of the usual range of their level: Wheeler's first rule."""
    runs: tuple[tuple[int, int], ...] = ()
    """(first, past the last) place of at least eight in a row on one side of the centre."""

    def level(self, place: int) -> Level:
        """The level that a place is on."""
        return next(level for level in self.levels if level.start <= place < level.end)

    def excess(self, place: int, value: float) -> float:
        """How far a value is from its centre, in standard deviations."""
        return (value - self.level(place).centre) / self.sigma


def noise(values: Sequence[float]) -> float:
    """Standard deviation of the noise, in the unit of the values, told by neighbours.

    By the median moving range: neither an outage nor a change of level widens it. Where many
    neighbours are equal, as in rare counts, the mean moving range says more: the noise is no less
    than 0.6 of what that tells, without its largest tenth if the rest is not 0. 0 below two values.
    """
    ranges = sorted(abs(b - a) for a, b in pairwise(values))
    if not ranges:
        return 0.0
    mean = fmean(ranges[: len(ranges) - len(ranges) // 10]) or fmean(ranges)
    return max(_PER_MEDIAN_RANGE * median(ranges), _TIES * _PER_MEAN_RANGE * mean)


def width(n: int) -> float:
    """How many standard deviations the limits are from the centre, of `n` values.

    Wheeler's three, and more where few moving ranges tell the noise: so widened, a course of pure
    chance has a point outside about as seldom with eight values as with four hundred.
    """
    return 3 * (1 + 4 / n)


def weekday_pattern(days: Sequence[date], values: Sequence[float]) -> dict[int, float]:
    """How each ISO weekday differs from the middle of all of them, in the unit of the values.

    Medians, so that one outage makes no weekday worse. A weekday seen fewer than three times has no
    pattern of its own.
    """
    found: dict[int, list[float]] = defaultdict(list)
    for day, value in zip(days, values, strict=True):
        found[day.isoweekday()].append(value)
    own = {d: median(v) for d, v in found.items() if len(v) >= 3}  # noqa: PLR2004
    if len(own) < 2:  # noqa: PLR2004
        return {}
    middle = median(own.values())
    return {weekday: own[weekday] - middle for weekday in sorted(own)}


def changes(values: Sequence[float], sigma: float, *, shortest: int = 4) -> list[int]:
    """Places where the level changes, in order: each the first of its new level.

    Least squares with a penalty for each change, solved exactly by dynamic programming (optimal
    partitioning, the problem that PELT solves too; n is small here).

    Args:
        values: the course.
        sigma: its noise.
        shortest: no level has fewer values.
    """
    n = len(values)
    if n < 2 * shortest or sigma <= 0:
        return []
    steady = _settled(values, sigma)
    base = median(steady)
    sums, squares = [0.0], [0.0]
    for value in steady:
        z = (value - base) / sigma
        sums.append(sums[-1] + z)
        squares.append(squares[-1] + z * z)

    def cost(start: int, end: int) -> float:
        whole = sums[end] - sums[start]
        return squares[end] - squares[start] - whole * whole / (end - start)

    penalty = _PENALTY * math.log(n) * (1 + 8 / n)
    best, since = [-penalty] + [math.inf] * n, [0] * (n + 1)
    for end in range(shortest, n + 1):
        starts = [0, *range(shortest, end - shortest + 1)]
        best[end], since[end] = min((best[s] + cost(s, end) + penalty, s) for s in starts)
    found, end = [], n
    while since[end] > 0:
        end = since[end]
        found.append(end)
    return found[::-1]


def _settled(values: Sequence[float], sigma: float) -> list[float]:
    """The values, each held near the median of those around it; steps stay where they are."""
    found = []
    for place, value in enumerate(values):
        middle = median(values[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1])
        reach = _SETTLED * sigma
        found.append(min(max(value, middle - reach), middle + reach))
    return found


def runs(values: Sequence[float], levels: Sequence[Level]) -> list[tuple[int, int]]:
    """Stretches of eight or more in a row on one side of their level's centre."""
    found: list[tuple[int, int]] = []
    for level in levels:
        start, side = level.start, 0
        for place in range(level.start, level.end + 1):
            now = 0
            if place < level.end:
                gap = values[place] - level.centre
                now = (gap > 0) - (gap < 0)
            if place == level.end or now != side:
                if side and place - start >= RUN:
                    found.append((start, place))
                start, side = place, now
    return found


def course(values: Sequence[float], *, shortest: int = 4, least: float = 0.0) -> Course:
    """All that a course says; the unit of every value of it is that of `values`.

    Args:
        values: the course.
        shortest: no level has fewer values.
        least: the noise is known to be no less, as of counts whose chance is Poisson's.
    """
    sigma = max(least, noise(values))
    n = len(values)
    if n < FEWEST or len(set(values)) == 1 or sigma <= 0:
        return Course(sigma)
    reach = width(n) * sigma
    levels = [
        Level(start, end, centre, centre - reach, centre + reach)
        for start, end, centre in _stretches(
            values, changes(values, sigma, shortest=shortest), sigma
        )
    ]
    found = Course(sigma, tuple(levels))
    return Course(
        sigma,
        found.levels,
        tuple(_shifts(levels, sigma)),
        tuple(i for i, v in enumerate(values) if abs(found.excess(i, v)) > width(n)),
        tuple(runs(values, levels)),
    )


def _stretches(
    values: Sequence[float], places: Sequence[int], sigma: float
) -> list[tuple[int, int, float]]:
    """(start, end, median) between changes, without those whose medians hardly differ."""
    places = [0, *places, len(values)]
    while True:
        found = [(a, b, median(values[a:b])) for a, b in pairwise(places)]
        gaps = [abs(after[2] - before[2]) for before, after in pairwise(found)]
        if not gaps or min(gaps) >= _LEAST * sigma:
            return found
        del places[1 + gaps.index(min(gaps))]


def _shifts(levels: Sequence[Level], sigma: float) -> list[Shift]:
    found = []
    for place, (before, after) in enumerate(pairwise(levels)):
        gap = (after.centre - before.centre) / sigma
        error = math.sqrt(1 / (before.end - before.start) + 1 / (after.end - after.start))
        following = levels[place + 2] if place + 2 < len(levels) else None
        returns = following is not None and (
            2 * abs(following.centre - before.centre) < abs(after.centre - before.centre)
        )
        found.append(Shift(after.start, before, after, gap, abs(gap) / error, returns))
    return found
