"""Days, weeks and months: where they begin and end, what they are called, what came before."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.spans import GRAINS, HISTORY, Span, history, span_of, spans_of

DAYS = st.dates(date(1990, 1, 8), date(2100, 1, 1))


@given(DAYS, st.sampled_from(GRAINS))
def test_a_day_lies_in_its_span_and_the_day_before_it_in_the_one_before(day, grain):
    span = span_of(grain, day)
    assert span.first <= day <= span.last
    assert span.before.last == span.first - timedelta(days=1)
    assert span_of(grain, span.last) == span == span_of(grain, span.first)


def test_they_are_called_as_people_and_files_call_them():
    day, week, month = (span_of(grain, date(2026, 1, 1)) for grain in GRAINS)
    assert (day.folder, day.short) == ("days/2026-01-01", "Thu 1 Jan")
    assert (week.folder, week.first) == ("weeks/2026-W01", date(2025, 12, 29))
    assert week.title == "Week 1, 29 Dec 2025 to 4 Jan 2026"
    assert (month.folder, month.title) == ("months/2026-01", "January 2026")


def test_a_day_is_compared_with_the_day_before_and_the_same_weekday():
    words = [(text, span.first) for text, span in Span("day", date(2026, 3, 2)).compared]
    assert words == [("day before", date(2026, 3, 1)), ("Mon before", date(2026, 2, 23))]
    (week,) = span_of("week", date(2026, 3, 2)).compared
    assert week == ("the week before", span_of("week", date(2026, 2, 23)))


def test_a_course_ends_with_the_span_and_begins_no_earlier_than_the_data():
    span = span_of("month", date(2026, 3, 2))
    assert [s.name for s in history(span)][-3:] == ["2026-01", "2026-02", "2026-03"]
    assert len(history(span)) == HISTORY["month"]
    since = span_of("month", date(2026, 2, 28))
    assert [s.name for s in history(span, since)] == ["2026-02", "2026-03"]


def test_every_span_with_data_is_found_once():
    found = spans_of([date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)])
    assert [s.name for s in found["week"]] == ["2026-W09", "2026-W10"]
    assert [s.name for s in found["month"]] == ["2026-02", "2026-03"]
    assert len(found["day"]) == 3
