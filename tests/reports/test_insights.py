"""What is told of key figures: what is unusual, where and since when; else that nothing is."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import format as fmt
from reports.insights import UNUSUAL, Figure, insights, quiet, usual
from reports.spans import Span
from tests.reports.made import share

LAST = date(2026, 11, 18)
OVER = [Span("day", LAST - timedelta(days=27 - n)) for n in range(28)]
WEEKS = [Span("week", date(2026, 8, 24) + timedelta(weeks=n)) for n in range(13)]
WEEKEND = 5
values = st.lists(st.floats(0, 100, allow_nan=False, width=32), min_size=27, max_size=27)


def figure(rates, scope=("all", "all"), cases=4000, **more):
    numbers = [None if r is None else share(r * cases / 100, cases, scope=scope, **more)
               for r in rates]  # fmt: skip
    return Figure(numbers[-1], numbers[:-1])


def week(rng, n, weekday, weekend):
    """Rates of days: those of the weekend have another level."""
    return [
        rng.gauss(weekend if span.first.weekday() >= WEEKEND else weekday, 1.0)
        for span in OVER[-n:]
    ]


def told(figures, narrower=lambda _: (), over=OVER):
    return insights(figures, narrower, lambda kind, scope: f"{scope}!", over)


def test_a_day_is_measured_by_its_weekday():
    rng = random.Random(3)  # noqa: S311
    rates = week(rng, 28, 85, 60)
    assert usual(rates[:-1], 7).centre == pytest.approx(85, abs=2)
    # A Wednesday as low as a usual Sunday is news; such a Sunday is not.
    assert told([figure([*rates[:-1], 60.0], goal=None)])
    sunday = usual(rates[:24], 7)
    assert sunday.centre == pytest.approx(60, abs=2)
    assert abs(sunday.apart(60.0)) < UNUSUAL


def test_what_is_unusual_is_told_with_its_place_and_since_when():
    rng = random.Random(4)  # noqa: S311
    rates = week(rng, 28, 85, 60)
    low = [*rates[:-2], 70.0, 69.0]
    sites = {
        "manila": figure([*rates[:-2], 41.0, 40.0], ("site", "manila")),
        "dublin": figure([*rates[:-1], 84.0], ("site", "dublin")),
        "bogota": figure([*rates[:-1], 99.0], ("site", "bogota")),
    }
    (found,) = told([figure(low)], lambda _: sites.values())
    assert found.head == f"Service level was 69.0{fmt.SPACE}%, below the usual"
    assert "on a Wed: 8" in found.text
    assert f"Most of all at site manila!: 40.0{fmt.SPACE}%, usually 8" in found.text
    assert "So since Tue 17 Nov." in found.text
    assert f"The goal is 80.0{fmt.SPACE}%." in found.text


def test_worse_and_stranger_figures_come_first():
    rng = random.Random(5)  # noqa: S311
    base = [rng.gauss(90, 1) for _ in range(12)]
    better = figure([*base, 97.0], metric_id="better")
    worse = figure([*base, 83.0], metric_id="worse")
    found = told([better, worse], over=WEEKS)
    assert [f.head.split()[0] for f in found] == ["Worse", "Better"]


def test_a_missed_goal_says_for_how_long_and_the_first_miss_is_the_greater_news():
    steady = [70.0 + n % 3 for n in range(13)]
    (known,) = told([figure(steady)], over=WEEKS)
    assert known.head.endswith(f"goal 80.0{fmt.SPACE}%")
    assert "Missed in each of the last 13 weeks." in known.text
    (since,) = told([figure([88.0, *steady[1:]])], over=WEEKS)
    assert "Missed 12 weeks running, since Week 36." in since.text
    assert not known.is_news and not since.is_news
    fresh = [85.0 + 4 * (n % 3) for n in range(12)]
    (new,) = told([figure([*fresh, 75.0])], over=WEEKS)
    assert "running" not in new.text
    assert new.weight > known.weight
    # Within the goal's reach of chance nothing is told.
    assert not told([figure([*fresh, 75.5], cases=40)], over=WEEKS)


def test_a_miss_that_may_still_change_is_not_told():
    number = figure([60.0]).number
    assert told([Figure(number, [])], over=WEEKS[-1:])
    assert not told([Figure(replace(number, is_provisional=True), [])], over=WEEKS[-1:])


def test_since_when_is_told_of_days_by_their_own_weekday():
    """Sundays are as low as a Wednesday that is news; the run of low days begins after them."""
    rng = random.Random(4)  # noqa: S311
    rates = week(rng, 28, 85, 60)
    assert OVER[-4].first.isoweekday() == 7
    (found,) = told([figure([*rates[:-3], 70.0, 71.0, 69.0])])
    assert "So since Mon 16 Nov." in found.text


def test_what_may_be_below_zero_has_a_range_below_zero():
    bias = [-3.0 + n % 4 / 10 for n in range(12)]
    numbers = [
        replace(share(100, 4000, goal=None, direction="neutral"), value=v, low=None, high=None)
        for v in [*bias, 9.0]
    ]
    (found,) = told([Figure(numbers[-1], numbers[:-1])], over=WEEKS)
    low, high = (f"{fmt.MINUS}{v}" for v in ("3.", "2."))
    assert f"Usual: {low}" in found.text and f" to {high}" in found.text


@pytest.mark.parametrize("more", [{"cases": 10}, {"cases": 4000}])
def test_few_cases_and_few_days_tell_nothing(more):
    past = 27 if more["cases"] == 10 else 5
    rates = [85.0 + n % 4 for n in range(past)]
    assert not told([figure([*rates, 30.0], goal=None, **more)], over=OVER[-past - 1 :])


def test_what_is_usual_within_its_own_range_is_no_news():
    steady = [85.0 + n % 4 / 10 for n in range(12)]
    assert told([figure([*steady, 80.0], goal=None, cases=4000)], over=WEEKS)
    assert not told([figure([*steady, 80.0], goal=None, cases=100)], over=WEEKS)


def test_where_all_is_usual_that_is_said():
    rng = random.Random(6)  # noqa: S311
    calm = figure(week(rng, 28, 85, 60), goal=None)
    calm = Figure(share(3400, 4000, goal=None), calm.past)
    assert quiet([calm, calm], OVER) == "Nothing unusual: 2 key figures within the usual range."
    assert quiet([Figure(calm.number, [])], OVER) == ""
    short = Figure(replace(calm.number, status="missed"), calm.past)
    assert quiet([calm, short], OVER).endswith(
        "range. 1 is short of its goal, by no more than chance or not for good yet."
    )


def test_chance_alone_is_seldom_told():
    """The figures of docs/findings.md."""
    rng = random.Random(1)  # noqa: S311
    for season, n, most in ((7, 27, 0.007), (1, 12, 0.014)):
        hits = sum(
            abs(usual([rng.gauss(0, 1) for _ in range(n)], season).apart(rng.gauss(0, 1)))
            >= UNUSUAL
            for _ in range(3000)
        )
        assert hits <= most * 3000


@given(values, st.floats(0.5, 20), st.floats(-50, 50))
def test_what_is_usual_keeps_its_unit(past, scale, shift):
    one = usual(past, 7)
    other = usual([scale * value + shift for value in past], 7)
    if one is None or one.spread < 0.01:
        return
    assert other.centre == pytest.approx(scale * one.centre + shift, abs=1e-6)
    assert other.spread == pytest.approx(scale * one.spread, rel=1e-4)


def test_a_course_without_noise_says_nothing_of_what_is_usual():
    assert usual([5.0] * 27, 7) is None
    assert usual([None] * 27, 7) is None
    assert usual([], 1) is None
