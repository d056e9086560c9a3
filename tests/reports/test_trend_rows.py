"""The courses of trends as a table say what the page draws."""

from datetime import date, timedelta

from reports import timelines
from reports.spans import span_of
from reports.trend_rows import course_rows
from tests.reports.made import share
from tests.reports.test_timelines import told

FIRST = date(2026, 3, 2)


def test_each_value_stands_with_its_usual_range_and_what_is_said_of_it():
    rates = [70 + (n * 7) % 5 for n in range(20)] + [85 + (n * 7) % 5 for n in range(20)]
    rates[10] = 20
    line = told([share(rate * 10, 1000) for rate in rates])
    frame = course_rows([line])
    assert frame["value"].to_list() == [float(rate) for rate in rates]
    assert frame["first_day"].to_list() == [FIRST + timedelta(days=n) for n in range(40)]
    rows = list(frame.iter_rows(named=True))
    outside = [n for n, row in enumerate(rows) if row["is_outside"]]
    assert outside == list(line.found.outside)
    assert 10 in outside
    # The weekdays' pattern may cost a day.
    (begins,) = (n for n, row in enumerate(rows) if row["is_new_level"])
    assert begins in (19, 20, 21)
    inside = rows[30]
    assert inside["usual_low"] < inside["value"] < inside["usual_high"]
    assert (inside["metric_id"], inside["grain"], inside["goal"]) == ("service_level", "day", 80)


def test_a_course_that_is_too_short_has_no_range():
    line = told([share(70 + n, 100) for n in range(6)])
    assert isinstance(line, timelines.Timeline)
    frame = course_rows([line])
    assert frame["usual_low"].null_count() == frame.height == 6
    assert frame["last_day"][0] == span_of("day", FIRST).last
    assert course_rows([]).height == 0
