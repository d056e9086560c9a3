"""How far off forecasts were on a past that they did not know, and how wide ranges have to be.

From several days of the past on, the days after are forecast from the days before alone and held
against what came (rolling origins). The ranges are as wide as those errors, in units of the spread
that a quarter hour or a day of that size has: conformal prediction, whose ranges cover as they
claim wherever errors to come are like those of the past. What a range covers is measured on each
origin with the ranges that the other origins give.

Sources: L. J. Tashman, "Out-of-sample tests of forecasting accuracy" (2000), for rolling origins;
V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World" (2005) and R. F. Barber
and others, "Predictive inference with the jackknife+" (2021), for the ranges; C. Czado,
T. Gneiting, L. Held, "Predictive model assessment for count data" (2009), for coverage of whole
numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean
from typing import TYPE_CHECKING

from reports.forecasting.model import HORIZON, fit, predict
from reports.forecasting.series import SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.forecasting.series import Grid, Series

FEWEST_DAYS = 21
"""Two weeks to learn from, and one to be tested on."""
_LEAST_TRAINING = 14
_STEP = 7
_MOST_ORIGINS = 6
SHARE = 0.8
"""What ranges claim to cover."""
_TAIL = (1 - SHARE) / 2
_THIRD = 1 / 3
"""A count stands for the unit around it: its error is taken in the middle and at a third of it."""


@dataclass(frozen=True)
class Trial:
    """A forecast of days that came, made from the days before."""

    back: int
    """How many days before the end of the past it begins."""
    forecast: Grid
    came: Grid
    naive: Grid
    """The same quarter hour of the last week that was known."""


@dataclass(frozen=True)
class Ranges:
    """How wide a range of 80 % is, around a forecast."""

    spread: float
    """Relative error of a day's volume beyond chance."""
    low: float
    high: float
    """Edges of a quarter hour, in its spread."""
    day: float
    """Reach of a day to either side, in its spread."""

    def of_slot(self, mean: float) -> tuple[float, float]:
        """Range of a quarter hour's contacts."""
        sigma = _sigma(mean, self.spread)
        return max(0.0, mean + self.low * sigma), max(0.0, mean + self.high * sigma)

    def of_day(self, mean: float) -> tuple[float, float]:
        """Range of a day's contacts."""
        reach = self.day * _sigma(mean, self.spread)
        return max(0.0, mean - reach), mean + reach


@dataclass(frozen=True)
class Accuracy:
    """Errors of forecasts of the past; shares of what came."""

    trials: int
    days: int
    contacts: float
    wape: float | None
    """Sum of |came - forecast| of quarter hours, for all that came."""
    wape_day: float | None
    """The same of days."""
    bias: float | None
    """Forecast too many (above 0) or too few, for all that came."""
    naive: float | None
    """The first, of the same quarter hour a week before."""
    naive_day: float | None
    coverage: float | None
    """Share of quarter hours within their range; empty with a single origin."""
    coverage_day: float | None


def origins(days: int) -> list[int]:
    """Where forecasts of the past begin: each week back, half of the past is learnt from."""
    least = max(_LEAST_TRAINING, days // 2)
    found = range(days - _STEP, least - 1, -_STEP)
    return sorted(list(found)[:_MOST_ORIGINS])


def trials(series: Series) -> list[Trial]:
    """Forecasts of the past from each origin, as far ahead as the past goes; at most four weeks."""
    found = []
    for origin in origins(series.days):
        known = series.until(origin)
        ahead = min(HORIZON, series.days - origin)
        forecast = predict(known, fit(known), ahead)
        naive = [series.counts[origin - 7 + step % 7] for step in range(ahead)]
        found.append(
            Trial(series.days - origin, forecast, series.counts[origin : origin + ahead], naive)
        )
    return found


def together(many: Sequence[Sequence[Trial]]) -> list[Trial]:
    """The trials of several queues as one; only those that all of them have.

    The pasts of all have to end on the same day.
    """
    by_back = [{trial.back: trial for trial in tried} for tried in many]
    shared = set(by_back[0]).intersection(*by_back[1:]) if by_back else set()
    found = []
    for back in sorted(shared, reverse=True):
        same = [of[back] for of in by_back]
        found.append(
            Trial(
                back,
                added([t.forecast for t in same]),
                added([t.came for t in same]),
                added([t.naive for t in same]),
            )
        )
    return found


def added(grids: Sequence[Grid]) -> Grid:
    """Grids of the same days, added quarter hour by quarter hour."""
    if len(grids) == 1:
        return grids[0]
    return [
        [sum(values) for values in zip(*days, strict=True)] for days in zip(*grids, strict=True)
    ]


def ranges(tried: Sequence[Trial]) -> Ranges:
    """The ranges that the errors of some trials ask for."""
    days = [
        (sum(f), sum(c)) for t in tried for f, c in zip(t.forecast, t.came, strict=True) if sum(f)
    ]
    # What Poisson leaves to explain of the errors of days.
    spread = sqrt(max(0.0, fmean((c - f) ** 2 / f**2 - 1 / f for f, c in days))) if days else 0.0
    spread = min(spread, 1.0)
    slots: list[float] = []
    for trial in tried:
        for f, c in _open(trial):
            sigma, miss = _sigma(f, spread), c - f
            slots += [(miss - _THIRD) / sigma, miss / sigma, (miss + _THIRD) / sigma]
    slots.sort()
    reaches = sorted(abs(c - f) / _sigma(f, spread) for f, c in days)
    return Ranges(spread, _quantile(slots, _TAIL), _quantile(slots, 1 - _TAIL), _reach(reaches))


def accuracy(tried: Sequence[Trial]) -> Accuracy:
    """How far off the trials were, and what ranges covered."""
    pairs = [(f, c, n) for t in tried for f, c, n in _slots(t)]
    days = [
        (sum(f), sum(c), sum(n))
        for t in tried for f, c, n in zip(t.forecast, t.came, t.naive, strict=True)
    ]  # fmt: skip
    came = sum(c for _, c, _ in pairs)
    covered = [_covered(tried, place) for place in range(len(tried))] if len(tried) > 1 else []
    return Accuracy(
        len(tried),
        len(days),
        came,
        _part(sum(abs(c - f) for f, c, _ in pairs), came),
        _part(sum(abs(c - f) for f, c, _ in days), came),
        _part(sum(f - c for f, c, _ in pairs), came),
        _part(sum(abs(c - n) for _, c, n in pairs), came),
        _part(sum(abs(c - n) for _, c, n in days), came),
        *(_part(sum(c[k] for c in covered), sum(c[k + 1] for c in covered)) for k in (0, 2)),
    )


def coverage(trial: Trial, of: Ranges) -> tuple[float, int, float, int]:
    """Quarter hours within their range, of how many, days within theirs, of how many."""
    slots = days = 0.0
    n_slots = n_days = 0
    for f, c in _open(trial):
        sigma = _sigma(f, of.spread)
        slots += _overlap(c, f + of.low * sigma, f + of.high * sigma)
        n_slots += 1
    for forecast, came in zip(trial.forecast, trial.came, strict=True):
        if mean := sum(forecast):
            reach = of.day * _sigma(mean, of.spread)
            days += _overlap(sum(came), mean - reach, mean + reach)
            n_days += 1
    return slots, n_slots, days, n_days


def _covered(tried: Sequence[Trial], place: int) -> tuple[float, int, float, int]:
    """Coverage of one trial by the ranges of the others."""
    return coverage(tried[place], ranges([*tried[:place], *tried[place + 1 :]]))


def _overlap(count: float, low: float, high: float) -> float:
    """The part of the unit around a count that is within a range."""
    return max(0.0, min(count + 0.5, high) - max(count - 0.5, low))


def _sigma(mean: float, spread: float) -> float:
    """Standard deviation of a count: chance, and what its level is off."""
    return sqrt(mean + (spread * mean) ** 2)


def _slots(trial: Trial) -> Iterable[tuple[float, float, float]]:
    """Forecast, what came and the naive forecast, where there is any."""
    for days in zip(trial.forecast, trial.came, trial.naive, strict=True):
        for slot in range(SLOTS):
            found = days[0][slot], days[1][slot], days[2][slot]
            if any(found):
                yield found


def _open(trial: Trial) -> Iterable[tuple[float, float]]:
    """Forecast and what came, where anything is forecast."""
    for forecast, came in zip(trial.forecast, trial.came, strict=True):
        yield from ((f, c) for f, c in zip(forecast, came, strict=True) if f)


def _quantile(values: Sequence[float], share: float) -> float:
    if not values:
        return 0.0
    return values[min(len(values) - 1, max(0, round(share * (len(values) - 1))))]


def _reach(values: Sequence[float]) -> float:
    """The error that so many of the next are within: one rank higher than of those that were."""
    if not values:
        return 0.0
    return values[min(len(values), ceil((len(values) + 1) * SHARE)) - 1]


def _part(of: float, whole: float) -> float | None:
    return of / whole if whole else None
