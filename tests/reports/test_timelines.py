"""Courses of metrics: by day or week, judged on the scale on which they stray evenly."""

from datetime import date, timedelta

import pytest

from reports import timelines
from reports.records import Number, Numbers
from reports.spans import Span, span_of
from reports.trends import width
from tests.reports.made import metric, share

FIRST = date(2026, 3, 2)


def by_day(numbers: list[Number | None]) -> tuple[list[Span], dict[Span, Numbers]]:
    """One number a day from a Monday on."""
    spans = [span_of("day", FIRST + timedelta(days=n)) for n in range(len(numbers))]
    return spans, {span: Numbers([n] if n else []) for span, n in zip(spans, numbers, strict=True)}


def told(days: list[Number | None], weeks: list[Number | None] = (), name: str = "service_level"):
    """The course of a metric of those days and weeks."""
    spans, numbers = by_day(days)
    mondays = [Span("week", FIRST + timedelta(weeks=n)) for n in range(len(weeks))]
    weekly = {s: Numbers([n] if n else []) for s, n in zip(mondays, weeks, strict=True)}
    return timelines.timeline_of(
        name, {"day": spans, "week": mondays}, {"day": numbers, "week": weekly}
    )


def plain(value: float, unit: str = "seconds", **more) -> Number:
    """A number without parts."""
    about = metric("wait", unit=unit, additivity="additive", direction="lower", goal=None, **more)
    return Number(about, "all", "all", value, n=100)


def wave(n: int) -> list[float]:
    """A course that goes evenly up and down."""
    return [float((place * 7) % 5) for place in range(n)]


def test_short_histories_are_told_by_day_and_long_ones_by_week():
    days = [share(70 + v, 100) for v in wave(40)]
    assert told(days, days[:15]).grain == "day"
    assert told(days, days[:16]).grain == "week"


def test_a_metric_of_few_cases_a_day_is_told_by_its_weeks():
    few = [share(2, 4)] * 40
    weeks = [share(70 + v, 100) for v in wave(9)]
    assert told(few, weeks).grain == "week"
    assert told(few, weeks[:3]) is None


def test_values_that_may_change_and_days_without_one_are_no_points():
    from dataclasses import replace

    days = [share(70 + v, 100) for v in wave(30)]
    open_ = [*days[:20], None, *days[20:], replace(days[0], is_provisional=True)]
    line = told(open_)
    assert len(line.spans) == 30
    assert line.spans[-1].first == FIRST + timedelta(days=30)


def test_nothing_but_noughts_is_no_course():
    assert told([plain(0.0, "count")] * 30, name="wait") is None


def test_the_usual_range_of_a_day_knows_its_weekday_and_its_cases():
    hits = [
        (40 + v, 50) if n % 7 in (5, 6) else (700 + 10 * v, 1000) for n, v in enumerate(wave(70))
    ]
    line = told([share(*h) for h in hits])
    (friday_low, friday_high), (low, high) = line.usual(4), line.usual(5)
    assert friday_low < 72 < friday_high
    assert low < 84 < high
    assert high - low > friday_high - friday_low
    assert line.found.outside == ()


def test_times_are_judged_by_their_ratio_and_told_in_seconds():
    values = [100.0 * 1.1**v for v in wave(60)]
    values[30] = 1000.0
    line = told([plain(v) for v in values], name="wait")
    assert line.scale == "log"
    assert line.found.outside == (30,)
    assert line.values[30] == pytest.approx(1000, rel=0.25)
    low, high = line.usual(30)
    assert 0 < low < 120 < high < 1000
    assert line.mood(line.excess(30)) == "bad"
    assert line.mood(-1) == "good"


def test_a_count_strays_at_least_as_much_as_chance_makes_it():
    line = told([plain(float(400 + n % 2), "count") for n in range(30)], name="wait")
    assert line.scale == "root"
    level = line.found.levels[0]
    assert level.high - level.centre == pytest.approx(0.5 * width(30))
    assert line.told(level.high) == pytest.approx(400 + 2 * 20 * 0.5 * width(30), rel=0.02)


def test_limits_stay_within_what_a_share_can_be():
    line = told([share(96 + v % 4, 100) for v in wave(40)])
    assert line.told(line.found.levels[0].high) == 100
    assert line.told(-3.0) == 0
    assert timelines.scale_of("points", [-5.0, 20.0]) == "plain"
    assert timelines.scale_of("seconds", [0.0, 20.0]) == "root"
    assert timelines.scale_of("money", [-1.0, 20.0]) == "plain"
