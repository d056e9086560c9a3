"""Which stretches of days are rebuilt."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assets.windows import windows_of, with_neighbours
from pipelines.sql_models import Window

DAY = date(2026, 3, 1)


def days(*offsets: int) -> list[date]:
    return [DAY + timedelta(days=n) for n in offsets]


def test_near_days_share_a_window_and_far_ones_do_not():
    assert windows_of(days(0, 2, 5, 20)) == [
        Window(DAY, DAY + timedelta(days=5)),
        Window(DAY + timedelta(days=20), DAY + timedelta(days=20)),
    ]


def test_nothing_dirty_rebuilds_nothing():
    assert windows_of([]) == []


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), max_size=80))
def test_every_day_lies_in_exactly_one_of_few_windows(dirty):
    windows = windows_of(dirty)
    assert len(windows) <= 24
    for day in dirty:
        assert sum(w.from_date <= day <= w.to_date for w in windows) == 1


def test_other_zones_may_call_the_same_hours_the_day_before_or_after():
    assert with_neighbours(days(0, 5)) == {*days(-1, 0, 1), *days(4, 5, 6)}
    assert with_neighbours([]) == set()
