"""What is expected, who is apart from it, and how sure that is: held against made-up truth."""

from random import Random
from statistics import fmean

import pytest

from pipelines.demo.centre.rng import stream
from reports import mix
from reports.mix import Subject, compare
from tests.reports.mixed import rmse


def _subject(gap: float, n: int, name: str = "", *, mean: float = 300.0, sd: float = 180.0):
    """Somebody whose cases take `gap` more than expected."""
    return Subject(name or f"{gap} {n}", n, (1 + gap) * mean * n, mean * n, sd * sd * n)


def _drawn(rng: Random, many: int, spread: float) -> tuple[list[Subject], list[float]]:
    """Many with true differences of a spread, and what chance makes of them."""
    truth = [rng.gauss(0, spread) for _ in range(many)]
    cases = [int(10 ** rng.uniform(1.6, 3.2)) for _ in truth]
    found = [
        _subject(t + rng.gauss(0, 0.6 / n**0.5), n, str(i))
        for i, (t, n) in enumerate(zip(truth, cases, strict=True))
    ]
    return found, truth


def test_who_is_as_expected_differs_by_nothing():
    found = compare([_subject(0, n, f"{n}") for n in (40, 90, 200, 500, 900)], is_share=False)
    assert [(e.gap, e.shrunk, e.outside) for e in found.estimates] == [(0, 0, 0)] * 5
    assert found.spread == 0


def test_few_cases_are_drawn_in_harder():
    errors = [0.01, 0.05, 0.1, 0.5]
    believed = [mix.shrink(0.2, error, 0.1)[0] for error in errors]
    assert believed == sorted(believed, reverse=True)
    assert believed[2] == pytest.approx(0.1)
    assert 0 < believed[3] < 0.01
    assert 0.19 < believed[0] < 0.2


def test_without_a_spread_nothing_is_believed_and_with_an_unknown_one_everything():
    assert mix.shrink(0.2, 0.1, 0) == (0, 0, 0)
    estimate, low, high = mix.shrink(0.2, 0.1, float("inf"))
    assert (estimate, low, high) == pytest.approx((0.2, 0.2 - 0.196, 0.2 + 0.196), abs=1e-4)


def test_the_spread_of_paule_and_mandel_by_hand():
    # Equal errors: the mean square of the gaps less that of chance.
    assert mix.between([0.3, -0.3, 0.1, -0.1], [0.1] * 4) == pytest.approx(0.2, rel=0.01)
    assert mix.between([0.01, -0.01], [0.1, 0.1]) == 0


def test_who_stands_far_out_does_not_widen_their_own_limits():
    rng = stream(3)
    people = [_subject(rng.gauss(0, 0.06), 100, str(i)) for i in range(60)]
    calm = compare(people, is_share=False)
    wild = compare([*people, _subject(3.0, 100, "wild")], is_share=False)
    assert wild.spread <= calm.spread + 0.01
    far = [{e.subject.id for e in one.estimates if e.outside == 998} for one in (calm, wild)]
    assert far[1] - far[0] == {"wild"}


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_limits_cover_what_they_claim(spread):
    rng = stream(11)
    found = [compare(_drawn(rng, 150, spread)[0], is_share=False) for _ in range(40)]
    every = [e for one in found for e in one.estimates]
    assert 0.93 < fmean(e.outside == 0 for e in every) < 0.97
    assert 0.995 < fmean(e.outside < 998 for e in every) < 1
    if not spread:
        assert 0.93 < fmean(e.is_chance for e in every) < 0.97


def test_limits_of_shares_cover_what_they_claim():
    rng = stream(5)
    inside = []
    for _ in range(12):
        people = []
        for i in range(100):
            n, share = rng.randint(60, 300), rng.choice([0.15, 0.7])
            hits = sum(rng.random() < share for _ in range(n))
            people.append(Subject(str(i), n, hits, share * n, share * (1 - share) * n))
        inside += [e.is_chance for e in compare(people, is_share=True).estimates]
    assert 0.93 < fmean(inside) < 0.97


def test_ranges_hold_the_truth_and_estimates_are_nearer_to_it():
    rng = stream(8)
    held, raw, shrunk, true = [], [], [], []
    for _ in range(20):
        people, truth = _drawn(rng, 150, 0.1)
        for e in compare(people, is_share=False).estimates:
            t = truth[int(e.subject.id)]
            held.append(e.low <= t <= e.high)
            raw.append(e.gap)
            shrunk.append(e.shrunk)
            true.append(t)
    assert 0.93 < fmean(held) < 0.97
    assert rmse(shrunk, true) < 0.95 * rmse(raw, true)


def test_the_drawn_limit_is_the_limit_of_everybody():
    """A point is beyond the line in the picture exactly when it is told to be outside."""
    people, _ = _drawn(stream(2), 200, 0.1)
    found = compare(people, is_share=False)
    assert any(e.outside for e in found.estimates)
    for e in found.estimates:
        assert (abs(e.gap) > found.limit(e.evened, mix.Z95)) == (e.outside > 0)
        assert (abs(e.gap) > found.limit(e.evened, mix.Z998)) == (e.outside == 998)


def test_too_few_cases_have_no_place_in_a_funnel():
    rare = Subject("rare", 100, 3, 2.0, 1.9)
    sure = Subject("sure", 100, 99, 98.0, 1.9)
    often = [Subject(f"o{i}", 100, 50, 50.0, 25.0) for i in range(3)]
    found = compare([rare, sure, *often, _subject(0, 29, "short")], is_share=True)
    assert {s.id for s in found.few} == {"rare", "sure", "short"}
    assert compare([often[0], rare], is_share=True) is None
    assert compare([], is_share=False) is None
    assert compare([Subject("none", 0, 0, 0, 0)] * 2, is_share=False) is None


def test_of_three_there_is_no_spread_to_learn_and_all_of_a_difference_is_believed():
    found = compare([_subject(g, 400, str(g)) for g in (-0.1, 0.0, 0.1)], is_share=False)
    assert found.spread == 0
    assert [round(e.shrunk, 6) for e in found.estimates] == [-0.1, 0.0, 0.1]
