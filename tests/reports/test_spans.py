"""Days, weeks and months: where they begin and end, what they are called, what came before."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.spans import GRAINS, HISTORY, Span, drawn, history, span_of, spans_of

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


def test_few_months_are_drawn_by_the_whole_weeks_in_them():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(200)]
    spans = spans_of(days)

    def names(day: date) -> list[str]:
        over = history(span_of("month", day), spans["month"][0])
        return [s.name for s in drawn(over, spans["week"])]

    assert names(date(2026, 1, 20)) == ["2026-W02", "2026-W03", "2026-W04"]
    assert names(date(2026, 2, 1)) == [f"2026-W{n:02d}" for n in range(2, 9)]
    assert names(date(2026, 6, 30)) == [f"2026-0{n}" for n in range(1, 7)]
    week = history(span_of("week", date(2026, 2, 20)), spans["week"][0])
    assert drawn(week, spans["week"]) == week
    # Of a month that has just begun there is no whole week.
    new = [span_of("month", date(2026, 7, 1))]
    assert drawn(new, spans["week"][:-3]) == new


def test_every_span_with_data_is_found_once():
    found = spans_of([date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)])
    assert [s.name for s in found["week"]] == ["2026-W09", "2026-W10"]
    assert [s.name for s in found["month"]] == ["2026-02", "2026-03"]
    assert len(found["day"]) == 3
