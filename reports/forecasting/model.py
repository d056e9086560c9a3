"""What comes in the next weeks: level x weekday x course of the day, for volume and handle time.

A day's volume is a level that moves, times the share of its weekday; its quarter hours are a
smoothed course of that weekday. Days far out of the usual change none of the three.

Sources: R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice" (3rd edition
2021) for decomposition, exponential smoothing with damped trend (E. S. Gardner, E. McKenzie 1985)
and seasonal naive forecasts; F. R. Hampel 1974 for outliers by median and median deviation;
R. Ibrahim, H. Ye, P. L'Ecuyer and H. Shen, "Modeling and forecasting call center arrivals" (2016),
for the shape of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING

from reports.forecasting.series import SLOTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.forecasting.series import Grid, Series, Special

HORIZON = 28
_SPEEDS = (0.1, 0.2, 0.5)
"""Share of what a new day tells that the level takes up; the mean of three levels is taken, for no
short past says which is best, and a mean of forecasts is seldom worse than the best of them."""
_TREND = 0.05
_DAMPED = 0.94
"""Of a day's trend so much is left on the next: after four weeks a sixth."""
_MOST_TREND = 0.25
"""The trend moves the level by no more than this share of it."""
_REACH = 10
_FAR = 3.5
"""From so many robust standard deviations on a day is out of the usual (Iglewicz, Hoaglin 1993)."""
_MAD = 1.4826
_FEW = 5.0
"""Below so many contacts a day means are taken, for a median of small counts is too low."""
_POOLED = 60.0
"""So many contacts of a weekday weigh as much as the course of all weekdays together."""
_KERNEL = (0.06, 0.12, 0.2, 0.24, 0.2, 0.12, 0.06)
_CLOSED = 0.04
"""A quarter hour with a smaller share of the mean of the others is taken as closed."""
_HALF_LIFE = 14.0
_HANDLED_POOLED = 80.0
"""So many contacts of a quarter hour's surroundings weigh as much as the mean of the day."""


@dataclass(frozen=True)
class Model:
    """What a past says of the days after it."""

    level: float
    """Contacts of a mean day, now."""
    trend: float
    """By how much the level grows on the first day; it fades."""
    weekdays: tuple[float, ...]
    """Share of a mean day's volume, Monday first."""
    courses: tuple[tuple[float, ...], ...]
    """Weekday -> share of the day in each quarter hour."""
    handle_s: tuple[float | None, ...]
    """Handle time by quarter hour; empty where none is known."""
    special_factor: float
    """Volume of a day with hours of its own, against what its weekday would have."""

    def total(self, weekday: int, ahead: int) -> float:
        """Contacts of a weekday (0 is Monday) so many days ahead, 1 being the next day."""
        grown = self.trend * (1 - _DAMPED**ahead) / (1 - _DAMPED)
        grown = max(-_MOST_TREND * self.level, min(_MOST_TREND * self.level, grown))
        return max(0.0, (self.level + grown) * self.weekdays[weekday])

    def day(self, weekday: int, ahead: int, special: Special | None = None) -> list[float]:
        """Contacts of each quarter hour of that day."""
        total = self.total(weekday, ahead)
        course: Sequence[float] = self.courses[weekday]
        if special is None:
            return [total * share for share in course]
        if special.is_closed:
            return [0.0] * SLOTS
        if not total:
            # A weekday that is closed else: as a mean day is.
            total, course = self.level, _mean_course(self)
        return [
            total * self.special_factor * share if special.opens <= slot < special.closes else 0.0
            for slot, share in enumerate(course)
        ]


def _mean_course(model: Model) -> list[float]:
    open_ = [
        (weight, course)
        for weight, course in zip(model.weekdays, model.courses, strict=True) if weight
    ]  # fmt: skip
    whole = sum(weight for weight, _ in open_) or 1.0
    return [sum(w * c[slot] for w, c in open_) / whole for slot in range(SLOTS)]


def predict(series: Series, model: Model, days: int = HORIZON) -> Grid:
    """Contacts by day and quarter hour, of the days after a series."""
    found = []
    for ahead in range(1, days + 1):
        day = series.day(series.days - 1 + ahead)
        found.append(model.day(day.weekday(), ahead, series.special.get(day)))
    return found


def fit(series: Series) -> Model:
    """The model of a past; it may be as short as two weeks."""
    totals = [sum(day) for day in series.counts]
    weekdays = [series.day(place).weekday() for place in range(series.days)]
    usual = [series.day(place) not in series.special for place in range(series.days)]
    shares = _weekday_shares(totals, weekdays, usual)
    level_of = fmean(totals)
    # A day without anybody, of a weekday that has people, is a day whose data are missing.
    usual = [
        ok and (total > 0 or level_of * shares[weekday] < _FEW)
        for ok, total, weekday in zip(usual, totals, weekdays, strict=True)
    ]
    plain = [
        total / shares[weekday] if ok and shares[weekday] > 0 else None
        for total, weekday, ok in zip(totals, weekdays, usual, strict=True)
    ]
    held, out = _without_outliers(plain, [shares[weekday] for weekday in weekdays])
    shares, held = _refined(shares, held, out, weekdays)
    level, trend = _smoothed(held, [shares[weekday] for weekday in weekdays])
    sound = [v is not None and not o for v, o in zip(plain, out, strict=True)]
    courses = _courses(series.counts, weekdays, sound)
    return Model(
        level, trend, tuple(shares), courses, _handle_times(series),
        _special_factor(series, totals, shares, courses, held),
    )  # fmt: skip


def _middle(values: Sequence[float]) -> float:
    if not values:
        return 0.0
    found = median(values)
    return found if found >= _FEW else fmean(values)


def _weekday_shares(
    totals: Sequence[float], weekdays: Sequence[int], usual: Sequence[bool]
) -> list[float]:
    """Volume of each weekday against the mean of all seven, first by medians."""
    of: list[list[float]] = [[] for _ in range(7)]
    for total, weekday, ok in zip(totals, weekdays, usual, strict=True):
        if ok:
            of[weekday].append(total)
    middles = [_middle(values) for values in of]
    mean = fmean(middles)
    return [middle / mean if mean else 0.0 for middle in middles]


def _without_outliers(
    plain: Sequence[float | None], shares: Sequence[float]
) -> tuple[list[float | None], list[bool]]:
    """Days held within reach of the days around them, and which of them were out of it."""
    held: list[float | None] = []
    out: list[bool] = []
    for place, value in enumerate(plain):
        around = [v for v in plain[max(0, place - _REACH) : place + _REACH + 1] if v is not None]
        if value is None or not around:
            held.append(None)
            out.append(False)
            continue
        middle = _middle(around)
        spread = _MAD * median(abs(v - middle) for v in around)
        # No less than chance alone makes of counts, and three percent.
        spread = max(spread, sqrt(max(middle, 1.0) / max(shares[place], 0.05)), 0.03 * middle)
        reach = _FAR * spread
        out.append(abs(value - middle) > reach)
        held.append(min(max(value, middle - reach), middle + reach))
    return held, out


def _refined(
    shares: list[float],
    held: list[float | None],
    out: Sequence[bool],
    weekdays: Sequence[int],
) -> tuple[list[float], list[float | None]]:
    """Shares of weekdays by means against the level around each day, outliers left out."""
    of: list[list[float]] = [[] for _ in range(7)]
    for place, value in enumerate(held):
        around = [v for v in held[max(0, place - 3) : place + 4] if v is not None]
        level = fmean(around) if around else 0.0
        if value is not None and level > 0 and not out[place]:
            of[weekdays[place]].append(value / level)
    ratios = [fmean(r) if r else 1.0 for r in of]
    new = [share * ratio for share, ratio in zip(shares, ratios, strict=True)]
    mean = fmean(new) or 1.0
    new = [share / mean for share in new]
    again = [
        None if value is None else value * shares[weekday] / new[weekday] if new[weekday] else None
        for value, weekday in zip(held, weekdays, strict=True)
    ]
    return new, again


def _smoothed(values: Sequence[float | None], shares: Sequence[float]) -> tuple[float, float]:
    """Level and trend after the last day, by exponential smoothing with a damped trend."""
    if all(value is None for value in values):
        return 0.0, 0.0
    runs = [_run(values, shares, speed) for speed in _SPEEDS]
    return fmean(level for level, _ in runs), fmean(trend for _, trend in runs)


def _run(
    values: Sequence[float | None], shares: Sequence[float], speed: float
) -> tuple[float, float]:
    """Level and trend at one speed. A weekday with little volume tells little of the level."""
    level, trend = fmean([v for v in values if v is not None][:7]), 0.0
    for value, share in zip(values, shares, strict=True):
        trend *= _DAMPED
        before, level = level, level + trend
        if value is not None:
            level += speed * min(1.0, share) * (value - level)
            trend += _TREND * (level - before - trend)
    return level, trend


def _courses(
    counts: Grid, weekdays: Sequence[int], sound: Sequence[bool]
) -> tuple[tuple[float, ...], ...]:
    """Each weekday's share of the day by quarter hour; few contacts lean on all weekdays."""
    sums = [[0.0] * SLOTS for _ in range(7)]
    for weekday in range(7):
        days = [
            day for day, w, ok in zip(counts, weekdays, sound, strict=True) if ok and w == weekday
        ]
        sums[weekday] = _held_sums(days)
    pooled = _smooth_course([sum(of[slot] for of in sums) for slot in range(SLOTS)])
    found = []
    for own in sums:
        weight = sum(own)
        mixed = [
            (value + _POOLED * share) / (weight + _POOLED) if weight else 0.0
            for value, share in zip(own, pooled, strict=True)
        ]
        # Where the weekday never had anybody it is closed, whatever the others are.
        bounds = [slot for slot, value in enumerate(own) if value]
        if bounds:
            mixed = [v if bounds[0] <= s <= bounds[-1] else 0.0 for s, v in enumerate(mixed)]
        found.append(tuple(_smooth_course(mixed)))
    return tuple(found)


def _held_sums(days: Sequence[Sequence[float]]) -> list[float]:
    """Sums by quarter hour, none of whose days counts more than three deviations above the mean."""
    n = len(days)
    found = []
    for slot in range(SLOTS):
        values = [day[slot] for day in days]
        whole = sum(values)
        if n >= 3 and whole:  # noqa: PLR2004
            most = max(values)
            rest = (whole - most) / (n - 1)
            whole += min(0.0, rest + 3 * sqrt(rest + 1) - most)
        found.append(whole)
    return found


def _smooth_course(values: Sequence[float]) -> list[float]:
    """Shares that sum to 1, each the mean of those around it that are open; 0 where closed."""
    known = sorted((v for v in values if v > 0), reverse=True)
    if not known:
        return [0.0] * SLOTS
    floor = _CLOSED * fmean(known[: max(1, len(known) // 2)])
    near = len(_KERNEL) // 2
    is_open = [
        values[s] > floor or (0 < s < SLOTS - 1 and values[s - 1] > floor and values[s + 1] > floor)
        for s in range(SLOTS)
    ]
    found = []
    for slot in range(SLOTS):
        if not is_open[slot]:
            found.append(0.0)
            continue
        weight = whole = 0.0
        for step, share in zip(range(-near, near + 1), _KERNEL, strict=True):
            # Beyond an edge the course is taken as its mirror image: opening is a step.
            place = slot + step
            if not (0 <= place < SLOTS and is_open[place]):
                place = slot - step
            if 0 <= place < SLOTS and is_open[place]:
                weight += share
                whole += share * values[place]
        found.append(whole / weight)
    total = sum(found)
    return [value / total for value in found] if total else found


def _handle_times(series: Series) -> tuple[float | None, ...]:
    """Handle time of each quarter hour: that of the last weeks, by the time of day."""
    level_s, level_n = 0.0, 0.0
    seconds, cases = [0.0] * SLOTS, [0.0] * SLOTS
    for age, (day_s, day_n) in enumerate(
        zip(reversed(series.handle_s), reversed(series.handled), strict=True)
    ):
        weight = 0.5 ** (age / _HALF_LIFE)
        level_s += weight * sum(day_s)
        level_n += weight * sum(day_n)
        for slot in range(SLOTS):
            seconds[slot] += day_s[slot]
            cases[slot] += day_n[slot]
    if not level_n or not sum(cases):
        return (None,) * SLOTS
    level, mean = level_s / level_n, sum(seconds) / sum(cases)
    found = []
    for slot in range(SLOTS):
        near = slice(max(0, slot - 4), slot + 5)
        of = (sum(seconds[near]) + _HANDLED_POOLED * mean) / (sum(cases[near]) + _HANDLED_POOLED)
        found.append(level * of / mean if mean else None)
    return tuple(found)


def _special_factor(
    series: Series,
    totals: Sequence[float],
    shares: Sequence[float],
    courses: Sequence[Sequence[float]],
    held: Sequence[float | None],
) -> float:
    """What days with hours of their own had, against a usual one in the same hours; else 1."""
    found = []
    for place, total in enumerate(totals):
        day = series.day(place)
        special = series.special.get(day)
        around = [v for v in held[max(0, place - _REACH) : place + _REACH + 1] if v is not None]
        if special is None or special.is_closed or not around:
            continue
        weekday = day.weekday()
        open_share = sum(courses[weekday][special.opens : special.closes])
        usual = fmean(around) * shares[weekday] * open_share
        if usual:
            found.append(total / usual)
    return median(found) if found else 1.0
