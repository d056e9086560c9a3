"""Control limits, runs and changes of level: found where they are, and not where chance is."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import trends
from reports.trends import Level

LENGTHS = (8, 12, 28, 56)


def chance(n: int, seed: int = 1, level: float = 0.0) -> list[float]:
    """A course of nothing but normal noise of one."""
    draw = random.Random(seed)  # noqa: S311
    return [draw.gauss(level, 1) for _ in range(n)]


def stepped(*levels: tuple[int, float], seed: int = 1) -> list[float]:
    """Noise of one around one level after another: (how many, level)."""
    draw = random.Random(seed)  # noqa: S311
    return [draw.gauss(level, 1) for n, level in levels for _ in range(n)]


def test_the_noise_is_that_of_wheelers_constants():
    assert trends.noise([]) == trends.noise([5.0]) == 0
    # Moving ranges 1, 3, 2, 1, 1: their median 1, limits at 3.145 of it.
    assert 3 * trends.noise([1, 2, 5, 3, 2, 3]) == pytest.approx(3.145, abs=0.001)
    assert trends.noise(chance(4000)) == pytest.approx(1, abs=0.05)


def test_many_equal_neighbours_do_not_make_the_noise_nothing():
    rare = [0.0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
    assert trends.noise(rare) == pytest.approx(0.6 * 0.8865 * 4 / 9)
    assert trends.noise([3.0] * 9) == 0
    assert trends.noise([0.0] * 60 + [1.0]) > 0


def test_an_outage_is_outside_and_widens_no_limit():
    quiet = chance(60)
    loud = [*quiet[:30], 40.0, *quiet[31:]]
    assert trends.noise(loud) == pytest.approx(trends.noise(quiet), rel=0.1)
    found = trends.course(loud)
    assert found.outside == (30,)
    assert found.shifts == ()
    assert found.excess(30, 40.0) > 30


@pytest.mark.parametrize(("after", "size"), [(30, 2), (12, 2.5), (30, -2), (6, 4)])
def test_a_change_of_level_is_found_where_it_is_and_as_large_as_it_is(after, size):
    for seed in range(10):
        values = stepped((60 - after, 0), (after, size), seed=seed)
        shifts = trends.course(values).shifts
        nearest = min(shifts, key=lambda s: abs(s.place - 60 + after))
        assert abs(nearest.place - (60 - after)) <= 3
        assert nearest.size * size > 0
        assert nearest.clearness > 3.5
        assert abs(nearest.after.centre - size) < 1.3


def test_a_bad_week_is_a_level_of_its_own_that_returns():
    found = trends.course(stepped((30, 10), (7, 15), (23, 10), seed=3))
    assert [(s.place, s.returns) for s in found.shifts] == [(30, True), (37, False)]
    assert [level.centre for level in found.levels] == pytest.approx([10, 15, 10], abs=1)


def test_levels_are_no_shorter_than_asked():
    values = stepped((20, 0), (3, 9), (20, 0))
    assert trends.changes(values, 1.0, shortest=5) == []
    assert trends.changes(values[:23], 1.0, shortest=3) == [20]
    assert trends.changes(values[:5], 1.0, shortest=3) == []


def test_eight_in_a_row_on_one_side_are_a_run():
    level = Level(0, 20, 0.0, -3.0, 3.0)
    values = [0.5] * 7 + [-0.5] * 9 + [0.0] + [0.5] * 3
    assert trends.runs(values, [level]) == [(7, 16)]
    assert trends.runs([1.0] * 20, [level]) == [(0, 20)]
    halves = [Level(0, 10, 0.0, -3.0, 3.0), Level(10, 20, 2.0, -1.0, 5.0)]
    assert trends.runs([1.0] * 20, halves) == [(0, 10), (10, 20)]
    assert trends.runs([1.0, -1.0] * 10, [level]) == []


@pytest.mark.parametrize("n", LENGTHS)
def test_chance_alone_raises_few_alarms(n):
    courses = [trends.course(chance(n, seed)) for seed in range(250)]
    values = 250 * n
    assert sum(len(c.outside) for c in courses) / values < 0.007
    assert sum(bool(c.shifts) for c in courses) / 250 < 0.05


def test_few_values_or_none_that_move_have_no_usual_range():
    assert trends.course(chance(7)).levels == ()
    assert trends.course([4.0] * 30).levels == ()
    assert trends.course([4.0] * 30, least=0.5).levels == ()
    assert trends.course([4.0] * 29 + [5.0], least=0.5).outside == ()


def test_the_limits_are_three_sigma_and_wider_where_little_is_known():
    assert trends.width(400) == pytest.approx(3, abs=0.04)
    assert trends.width(8) > trends.width(20) > 3
    found = trends.course(chance(40))
    level = found.levels[0]
    assert level.high - level.centre == pytest.approx(trends.width(40) * found.sigma)


COURSES = st.lists(st.integers(-40, 40), min_size=8, max_size=45)


@settings(max_examples=60, deadline=None)
@given(COURSES, st.sampled_from([0.25, 2.0, 8.0, 1024.0]), st.integers(-1000, 1000))
def test_a_course_shifted_or_in_another_unit_says_the_same(values, scale, shift):
    one = trends.course([float(v) for v in values])
    other = trends.course([scale * v + shift for v in values])
    assert other.outside == one.outside
    assert other.runs == one.runs
    assert [s.place for s in other.shifts] == [s.place for s in one.shifts]
    assert [s.size for s in other.shifts] == pytest.approx([s.size for s in one.shifts])
    assert [v.low for v in other.levels] == pytest.approx(
        [scale * v.low + shift for v in one.levels]
    )


@settings(max_examples=60, deadline=None)
@given(COURSES)
def test_a_course_upside_down_says_the_opposite(values):
    one, other = (trends.course([sign * float(v) for v in values]) for sign in (1, -1))
    assert other.outside == one.outside
    assert [s.place for s in other.shifts] == [s.place for s in one.shifts]
    assert [-s.size for s in other.shifts] == pytest.approx([s.size for s in one.shifts])


@settings(max_examples=60, deadline=None)
@given(COURSES)
def test_the_levels_are_a_course_in_pieces(values):
    found = trends.course([float(v) for v in values])
    ends = [0, *(level.end for level in found.levels)]
    assert [level.start for level in found.levels] == ends[:-1]
    assert not found.levels or ends[-1] == len(values)
    assert len(found.shifts) == max(0, len(found.levels) - 1)


def test_the_pattern_of_the_weekdays_is_found_beside_an_outage():
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(56)]
    values = [70.0 - (25.0 if day.isoweekday() > 5 else 0.0) for day in days]
    values[14] = 5.0
    pattern = trends.weekday_pattern(days, values)
    assert pattern == {1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: -25, 7: -25}
    assert trends.weekday_pattern(days[:14], values[:14]) == {}
