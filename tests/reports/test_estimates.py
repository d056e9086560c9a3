"""Intervals, clear changes and states against published values."""

import random

import pytest

from reports import estimates


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(17, 20, 63.96, 94.76), (80, 100, 71.12, 86.66), (0, 5, 0, 43.45)],
)
def test_wilson_gives_the_published_values(hits, cases, low, high):
    assert estimates.wilson(hits, cases) == pytest.approx((low, high), abs=0.005)


def test_no_cases_have_no_interval():
    assert estimates.wilson(0, 0) is None
    assert estimates.mean_interval(5, 1, 25) is None


def test_the_interval_of_a_mean_comes_from_its_sums():
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
    low, high = estimates.mean_interval(sum(values), 8, sum(v * v for v in values))
    assert (low + high) / 2 == pytest.approx(5)
    assert high - 5 == pytest.approx(1.959964 * (32 / 7 / 8) ** 0.5, rel=1e-6)
    shares = estimates.mean_interval(sum(values), 8, sum(v * v for v in values), scale=100)
    assert shares == pytest.approx((100 * low, 100 * high))


def test_a_change_is_clear_only_when_chance_does_not_explain_it():
    def share(hits: int, cases: int) -> tuple[float, float, float]:
        return (100 * hits / cases, *estimates.wilson(hits, cases))

    assert estimates.is_clear(share(860, 1000), share(700, 1000)) is True
    assert estimates.is_clear(share(17, 20), share(14, 20)) is False
    assert estimates.is_clear(share(17, 20), None) is None


@pytest.mark.parametrize(
    ("value", "goal", "direction", "status"),
    [
        (80, 80, "higher", "met"),
        (76, 80, "higher", "near"),
        (75.9, 80, "higher", "missed"),
        (5, 5, "lower", "met"),
        (5.25, 5, "lower", "near"),
        (5.3, 5, "lower", "missed"),
        (None, 5, "lower", "none"),
        (5, None, "lower", "none"),
        (85, 80, "neutral", "none"),
    ],
)
def test_status(value, goal, direction, status):
    assert estimates.status(value, goal, direction) == status


def test_a_net_score_has_the_interval_of_its_mean():
    # 60 promoters, 30 passives, 10 detractors: scores 1, 0 and -1.
    scores = [1] * 60 + [0] * 30 + [-1] * 10
    mean = sum(scores) / 100
    variance = sum((x - mean) ** 2 for x in scores) / 99
    half = estimates.Z95 * (variance / 100) ** 0.5
    found = estimates.net_interval(50, 100, 70)
    assert found == pytest.approx((100 * (mean - half), 100 * (mean + half)))
    assert estimates.net_interval(-2, 2, 2) == (-100, -100)
    assert estimates.net_interval(1, 1, 1) is None


@pytest.mark.parametrize(("n", "back"), [(13, 1), (28, 1), (28, 7)])
def test_of_a_course_of_chance_19_of_20_moves_are_usual(n, back):
    dice = random.Random(n + back)  # noqa: S311
    unusual = 0
    for _ in range(4000):
        course = [dice.gauss(60, 5) for _ in range(n)]
        far = estimates.usual_move(course, back)
        assert far is not None
        unusual += abs(course[-1] - course[-1 - back]) > far
    assert 0.04 < unusual / 4000 < 0.065


def test_an_outage_before_does_not_hide_a_move():
    course = [60.0, 61, 59, 60, 62, 300, 61, 60, 62, 61, 60, 61, 75]
    far = estimates.usual_move(course, 1)
    assert far is not None
    assert far < 15


def test_a_move_is_not_judged_by_few_others_or_by_none():
    assert estimates.usual_move([1.0, 2, 3, 4, 5, 6, 7, 8, 9], 1) is None
    assert estimates.usual_move([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1) == pytest.approx(3.632, 1e-3)
    assert estimates.usual_move([1.0, 2, None, 4, 5, 6, 7, 8, 9, 10], 1) is None
    assert estimates.usual_move([5.0] * 20, 1) is None
    assert estimates.usual_move([1.0, 2] * 20, 0) is None
