"""Which stretches of days are rebuilt."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assets.windows import reach_of, widened, windows_of, with_neighbours
from pipelines.sql_models import Window
from pipelines.sql_models.model import parse_model

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


def test_widened_windows_are_joined_where_they_meet():
    found = widened(windows_of(days(0, 20, 60)), 9, 10)
    assert found == [
        Window(DAY - timedelta(days=9), DAY + timedelta(days=30)),
        Window(DAY + timedelta(days=51), DAY + timedelta(days=70)),
    ]


def test_what_is_made_of_a_model_reaches_as_far():
    def model(name: str, reads: str, reach: str):
        header = f"description: x\nowner: team:x\ngrain: [a]\nreach: {reach}"
        return parse_model(name, f"/*---\n{header}\n---*/\nselect a from {reads}")

    models = [
        model("core.near", "staging.contact", "{}"),
        model("core.far", "core.near", "{before: 37, after: 30}"),
        model("marts.made", "core.far", "{before: 1}"),
    ]
    assert [reach_of(m, models) for m in models] == [(0, 0), (37, 30), (37, 30)]
