"""The model finds the level, the weekdays and the course that a past was made of."""

from datetime import timedelta

import pytest

from reports.forecasting.model import fit, predict
from reports.forecasting.series import SLOTS, Series, Special, series_of
from tests.reports.forecasting.made import HANDLE_S, MONDAY, OPEN, WEEK, course, past


def test_a_past_is_made_of_rows_and_what_is_not_in_it_is_left_out():
    day = timedelta(days=1)
    rows = [(MONDAY, 40, 2.0, 300.0, 1.0), (MONDAY + day, 41, 1.0, 0.0, 0.0),
            (MONDAY - day, 40, 9.0, 0.0, 0.0), (MONDAY + 2 * day, 40, 9.0, 0.0, 0.0)]  # fmt: skip
    found = series_of(MONDAY, 2, rows)
    assert [sum(day) for day in found.counts] == [2, 1]
    assert found.handle_s[0][40] == 300
    assert found.handled[0][40] == 1
    assert found.until(1).days == 1
    assert found.day(2) == MONDAY + 2 * day


def test_level_weekdays_and_course_are_found():
    model = fit(past(70))
    assert model.level == pytest.approx(600 * sum(WEEK) / 7, rel=0.05)
    assert model.weekdays == pytest.approx(tuple(7 * w / sum(WEEK) for w in WEEK), abs=0.06)
    assert sum(model.weekdays) == pytest.approx(7)
    for weekday in range(6):
        found = model.courses[weekday]
        assert sum(found) == pytest.approx(1)
        assert all((share > 0) == (slot in OPEN) for slot, share in enumerate(found))
        assert found == pytest.approx([course(s) for s in range(SLOTS)], abs=0.004)
    assert model.handle_s[32:80] == pytest.approx((HANDLE_S,) * 48)


def test_a_closed_weekday_has_nobody():
    found = predict(past(35), fit(past(35)), 28)
    assert [sum(day) == 0 for day in found] == [d % 7 == 6 for d in range(35, 63)]


def test_growth_is_followed_for_a_while_and_fades():
    series = past(84, growth=0.006)
    model = fit(series)
    now = 600 * (1 + 0.006 * 83) * sum(WEEK) / 7
    assert model.level == pytest.approx(now, rel=0.06)
    assert model.trend > 0
    first, second, last = (model.total(0, ahead) for ahead in (1, 8, 22))
    assert first < second < last
    assert last - second < 2 * (second - first)


def test_an_outage_a_flood_and_a_lost_day_change_little():
    whole = past(70)
    counts = [list(day) for day in whole.counts]
    counts[50] = [3 * n for n in counts[50]]
    counts[57] = [0.0] * SLOTS
    counts[60] = [0.3 * n for n in counts[60]]
    counts[52][40] = 400.0
    marred = Series(whole.first, counts, whole.handle_s, whole.handled)
    for day, (sound, other) in enumerate(
        zip(predict(whole, fit(whole)), predict(marred, fit(marred)), strict=True)
    ):
        assert sum(other) == pytest.approx(sum(sound), rel=0.05), day
        assert other == pytest.approx(sound, abs=1.7), day


def test_days_with_hours_of_their_own_are_closed_short_or_as_the_last_of_them_were():
    whole = past(63, seed=0)
    day = timedelta(days=1)
    special = {
        MONDAY + 30 * day: Special(opens=40, closes=60),
        MONDAY + 63 * day: Special(is_closed=True),
        MONDAY + 64 * day: Special(opens=40, closes=60),
        MONDAY + 69 * day: Special(opens=40, closes=60),
    }
    counts = [list(of) for of in whole.counts]
    counts[30] = [n / 2 if 40 <= slot < 60 else 0.0 for slot, n in enumerate(counts[30])]
    series = Series(whole.first, counts, whole.handle_s, whole.handled, special)
    found = predict(series, fit(series))
    assert sum(found[0]) == 0
    usual = predict(whole, fit(whole))[1]
    assert sum(found[1]) == pytest.approx(sum(usual[40:60]) / 2, rel=0.15)
    assert sum(found[1]) == sum(found[1][40:60])
    assert sum(found[6]) > 0, "a Sunday that is open for once"


def test_nothing_gives_nothing():
    empty = Series(MONDAY, [[0.0] * SLOTS] * 21, [[0.0] * SLOTS] * 21, [[0.0] * SLOTS] * 21)
    model = fit(empty)
    assert sum(map(sum, predict(empty, model))) == 0
    assert model.handle_s == (None,) * SLOTS
