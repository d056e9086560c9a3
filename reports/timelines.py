"""The course of each metric of the whole centre, ready for the page of trends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from reports import format as fmt
from reports import trends
from reports.language import _
from reports.spans import GRAINS, span_of
from reports.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from reports.queries import Reader
    from reports.records import Metric, Number, Numbers
    from reports.spans import Grain, Span

REACH = timedelta(days=396)
"""Thirteen months: this month beside the same month a year ago."""
_WEEKS = 16
"""From so many whole weeks on a course is told by week; before, by day."""
_FEWEST_CASES = 5
"""A share or mean of fewer cases jumps too far to be a point of a course."""
_SETTLING = timedelta(days=14)
"""So long after the first day a stock is not told: it begins empty where nobody brings what was
open before, and its rise to what it always was would be news."""
_STOCK = "core.fact_case_backlog"
_SHORTEST_LINE = 4
"""A line of three values says nothing."""
_DENSE = 0.66
"""A course is told by day only if so many of its days have cases enough."""
_SHORTEST: dict[Grain, int] = {"day": 5, "week": 3, "month": 3}
"""How many spans a level lasts at least."""
_POISSON = 0.5
"""Standard deviation of the root of a count of independent events, however many they are."""
_COUNTED = ("additive", "maximum", "semi")


@dataclass(frozen=True)
class Timeline:
    """A metric over time; all its sequences have the same places.

    What is judged are not the values as they are: times and money are judged by their logarithm
    and counts by their root, since both stray the more the larger they are; the pattern of the
    weekdays is taken off, and a value of fewer cases than usual is drawn nearer to the middle, as
    far as chance throws it farther (after D. B. Laney, "Improved control charts for attributes",
    Quality Engineering 14, 2002).
    """

    metric: Metric
    grain: Grain
    spans: tuple[Span, ...]
    numbers: tuple[Number, ...]
    judged: tuple[float, ...]
    pattern: tuple[float, ...]
    """What was taken off for the weekday."""
    weights: tuple[float, ...]
    """How far it was drawn to the middle, 1 for not at all."""
    middle: float
    scale: str
    """log, root or plain."""
    found: trends.Course

    @property
    def last(self) -> Number:
        """The newest number."""
        return self.numbers[-1]

    @property
    def values(self) -> list[float]:
        """What was judged, in the unit of the metric."""
        return [self.told(v) for v in self.judged]

    def told(self, judged: float) -> float:
        """A judged value or limit in the metric's unit, within what the metric can be."""
        if self.scale == "log":
            return math.exp(judged)
        if self.scale == "root":
            return max(0.0, judged) ** 2
        if min(n.value or 0 for n in self.numbers) < 0:
            return judged
        top = 100.0 if self.metric.unit == "percent" and self._is_share else judged
        return max(0.0, min(judged, top))

    @property
    def _is_share(self) -> bool:
        return max(n.value or 0 for n in self.numbers) <= 100  # noqa: PLR2004

    def usual(self, place: int) -> tuple[float, float]:
        """The usual range of a value of that weekday and of so many cases, in the metric's unit."""
        level = self.found.level(place)
        low, high = (
            self.middle + (v - self.middle) / self.weights[place] + self.pattern[place]
            for v in (level.low, level.high)
        )
        return self.told(low), self.told(high)

    def beside(self, place: int) -> tuple[float, float]:
        """A value as it was, and the centre of such a day."""
        centre = self.found.level(place).centre
        scaled = self.middle + (centre - self.middle) / self.weights[place] + self.pattern[place]
        return self.numbers[place].value or 0.0, self.told(scaled)

    def told_at(self, place: int) -> str:
        """A value as it was, beside what is usual on such a day: 55.9 %, usual 68.1 to 84.9 %."""
        value = fmt.value(self.numbers[place].value, self.metric.unit)
        usual = fmt.values(*self.usual(place), self.metric.unit)
        return _("{value}, usual {range}", value=value, range=usual)

    def excess(self, place: int) -> float:
        """How far a value is from its centre, in standard deviations."""
        return self.found.excess(place, self.judged[place])

    def mood(self, gap: float) -> str:
        """Whether a change of that sign is good, bad or neither, by the metric's direction."""
        if self.metric.direction not in ("higher", "lower"):
            return ""
        return "good" if (gap > 0) == (self.metric.direction == "higher") else "bad"


Told = dict[str, dict[str, Timeline]]
"""Topic -> metric -> its course; a metric is told at its first topic."""


def read(reader: Reader, days: Sequence[date]) -> Told:
    """The courses of every metric that any topic shows, over the last thirteen months."""
    if len(days) < _SHORTEST_LINE:
        return {}
    last = days[-1]
    shown = [day for day in days if day > last - REACH]
    metrics = [metric for topic in TOPICS for metric in topic.cards]
    by_grain = {
        grain: reader.numbers_of(grain, shown[0], last, {"all": metrics}) for grain in GRAINS[:2]
    }
    # The first day that anything is known of is seldom whole.
    told_days = [day for day in shown if day > days[0] and _is_over(by_grain["day"], day)]
    settled = [day for day in told_days if day >= days[0] + _SETTLING]
    of_flows, of_stocks = _spans(told_days), _spans(settled)
    stocks = {m.id for m in reader.metrics().values() if _STOCK in (m.numerator_sql or "")}
    told: Told = {}
    seen: set[str] = set()
    for topic in TOPICS:
        for metric in topic.cards:
            if metric in seen:
                continue
            seen.add(metric)
            spans = of_stocks if metric in stocks else of_flows
            timeline = timeline_of(metric, spans, by_grain)
            if timeline is not None:
                told.setdefault(topic.id, {})[metric] = timeline
    return told


def _is_over(numbers: Mapping[Span, Numbers], day: date) -> bool:
    """Whether a day is read to its end by those who tell of contacts."""
    found = numbers.get(span_of("day", day))
    return found is None or not found.is_open


def _spans(days: Sequence[date]) -> dict[Grain, list[Span]]:
    return {"day": [span_of("day", day) for day in days], "week": _whole_weeks(days)}


def every(told: Told) -> list[Timeline]:
    """All courses, in the order of the topics."""
    return [line for of_topic in told.values() for line in of_topic.values()]


def _whole_weeks(days: Sequence[date]) -> list[Span]:
    if not days:
        return []
    weeks = sorted({span_of("week", day) for day in days})
    return [week for week in weeks if week.first >= days[0] and week.last <= days[-1]]


def timeline_of(
    metric: str,
    spans: Mapping[Grain, Sequence[Span]],
    numbers: Mapping[Grain, Mapping[Span, Numbers]],
    *,
    scope: tuple[str, str] = ("all", "all"),
) -> Timeline | None:
    """A metric by week where there are weeks enough, else by day, else by the weeks there are.

    None where it has fewer than four points of either.
    """
    weeks = _points(metric, scope, spans["week"], numbers["week"])
    days = _points(metric, scope, spans["day"], numbers["day"])
    if len(weeks) >= _WEEKS:
        return _timeline("week", weeks)
    if len(days) >= _DENSE * len(spans["day"]):
        return _timeline("day", days)
    return _timeline("week", weeks) or _timeline("day", days)


def _points(
    metric: str, scope: tuple[str, str], spans: Sequence[Span], numbers: Mapping[Span, Numbers]
) -> list[tuple[Span, Number]]:
    """Where a metric has a final value on cases enough."""
    found = ((span, numbers[span].get(metric, *scope)) for span in spans if span in numbers)
    return [(span, n) for span, n in found if n is not None and _is_point(n)]


def _is_point(number: Number) -> bool:
    if number.value is None or number.is_provisional:
        return False
    return number.metric.additivity in _COUNTED or number.n >= _FEWEST_CASES


def _timeline(grain: Grain, points: Sequence[tuple[Span, Number]]) -> Timeline | None:
    values = [n.value for _, n in points if n.value is not None]
    if len(values) < _SHORTEST_LINE or not any(values):
        return None
    spans, numbers = tuple(s for s, _ in points), tuple(n for _, n in points)
    metric = numbers[-1].metric
    scale = scale_of(metric.unit, values)
    scaled = [_SCALES[scale](value) for value in values]
    pattern = [0.0] * len(scaled)
    if grain == "day":
        found = trends.weekday_pattern([span.first for span in spans], scaled)
        pattern = [found.get(span.first.isoweekday(), 0.0) for span in spans]
    plain = [v - p for v, p in zip(scaled, pattern, strict=True)]
    middle = median(plain)
    weights = _weights(numbers)
    judged = tuple(middle + (v - middle) * w for v, w in zip(plain, weights, strict=True))
    return Timeline(
        metric, grain, spans, numbers, judged, tuple(pattern), tuple(weights), middle, scale,
        trends.course(
            judged, shortest=_SHORTEST[grain], least=_POISSON if metric.unit == "count" else 0.0
        ),
    )  # fmt: skip


_SCALES = {"log": math.log, "root": math.sqrt, "plain": float}


def scale_of(unit: str, values: Sequence[float]) -> str:
    """The scale on which a metric's large values stray no more than its small ones."""
    if unit in ("seconds", "money", "per_hour") and min(values) > 0:
        return "log"
    return "root" if unit in ("count", "seconds") and min(values) >= 0 else "plain"


def _weights(numbers: Sequence[Number]) -> list[float]:
    """The root of the cases against the middle of all, 1 at most and for what is a plain count."""
    if numbers[-1].metric.additivity in _COUNTED:
        return [1.0] * len(numbers)
    usual = median(n.n for n in numbers) or 1
    return [max(0.2, min(1.0, math.sqrt(n.n / usual))) for n in numbers]
