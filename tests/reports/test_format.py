"""Numbers, times and outside text as pages show them."""

from datetime import UTC, date, datetime

import pytest

from reports import format as fmt
from reports.language import ngettext

S = fmt.SPACE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, fmt.UNKNOWN),
        (0, f"0.0{S}s"),
        (4.46, f"4.5{S}s"),
        (9.94, f"9.9{S}s"),
        (9.96, f"10.0{S}s"),
        (59.4, f"59.4{S}s"),
        (59.96, "1:00"),
        (382, "6:22"),
        (3982, "1:06:22"),
        (86_399.4, "23:59:59"),
        (86_399.6, f"1{S}d{S}00:00"),
        (448_301, f"5{S}d{S}04:31"),
        (9e8, f"10,416{S}d{S}16:00"),
        (-12, f"{fmt.MINUS}12.0{S}s"),
    ],
)
def test_seconds_read_as_people_say_them(value, text):
    assert fmt.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, fmt.UNKNOWN),
        (40, f"40{S}s"),
        (720, f"12{S}min"),
        (18_720, f"5{S}h 12{S}min"),
        (3599, f"1{S}h"),
    ],
)
def test_long_times(value, text):
    assert fmt.span(value) == text


def test_values_follow_their_unit():
    assert fmt.value(78.46, "percent") == f"78.5{S}%"
    assert fmt.value(1234, "count") == "1,234"
    assert fmt.value(4.25, "per_hour") == f"4.2{S}/{S}h"
    assert fmt.value(75, "seconds") == "1:15"
    assert fmt.value(None, "count") == fmt.value(None, "per_hour") == fmt.UNKNOWN
    assert fmt.number_and_unit(f"78.5{S}%") == ("78.5", f"{S}%")
    assert fmt.number_and_unit("6:22") == ("6:22", "")
    assert fmt.number_and_unit(f"5{S}d{S}04:31") == (f"5{S}d{S}04:31", "")


def test_parts_of_a_number_are_exact_to_the_millisecond():
    assert fmt.part(1234) == "1,234"
    assert fmt.part(5664.25) == "5,664.25"
    assert fmt.part(None) == fmt.UNKNOWN


def test_days_and_instants():
    assert fmt.day(date(2026, 11, 21)) == "Sat 21 Nov"
    assert fmt.long_day(date(2026, 11, 21)) == "Saturday 21 Nov 2026"
    assert fmt.day_among(date(2026, 11, 21), [date(2026, 1, 1)]) == "Sat 21 Nov"
    assert fmt.day_among(date(2026, 11, 21), [date(2026, 1, 1), date(2025, 12, 31)]).endswith(
        "Sat 21 Nov 2026"
    )
    assert fmt.days(date(2026, 11, 1), date(2026, 11, 30)) == "1 to 30 Nov 2026"
    assert fmt.days(date(2026, 10, 20), date(2026, 11, 21)) == "20 Oct to 21 Nov 2026"
    assert fmt.days(date(2025, 12, 30), date(2026, 1, 2)) == "30 Dec 2025 to 2 Jan 2026"
    at = fmt.local(datetime(2026, 11, 21, 19, 45), "Europe/Berlin")  # noqa: DTZ001
    assert fmt.instant(at) == "Sat 21 Nov 2026, 20:45"
    assert at.astimezone(UTC).hour == 19


def test_words_shorten_long_lists():
    assert fmt.words(["a"]) == "a"
    assert fmt.words(["a", "b", "c"]) == "a, b and c"
    assert fmt.words(["a", "b", "c", "d", "e", "f"]) == "a, b, c and 3 more"
    assert ngettext("{n} call", "{n} calls", 1) == "1 call"
    assert ngettext("{n} call", "{n} calls", 1200) == "1,200 calls"


def test_plotly_text_is_shown_and_never_obeyed():
    assert fmt.plotly_text("<b>&\u2028x</b>") == "&lt;b&gt;&amp; x&lt;/b&gt;"


def test_shown_sql_and_commands_quote_what_they_name():
    assert fmt.sql_literal("O'Neil") == "'O''Neil'"
    assert fmt.shell_word("queue=a b") == "'queue=a b'"
    assert fmt.shell_word("queue=sales") == "queue=sales"


def test_a_range_says_its_unit_once():
    assert fmt.values(62.12, 81.4, "percent") == f"62.1 to 81.4{S}%"
    assert fmt.values(55, 70, "seconds") == f"55.0{S}s to 1:10"
    assert fmt.values(70, 75, "seconds") == "1:10 to 1:15"
    days = fmt.values(448_301, 490_000, "seconds")
    assert days == f"5{S}d{S}04:31 to 5{S}d{S}16:06"


def test_limits_are_told_as_they_were_set():
    assert [fmt.limit(v) for v in (20, 2.5, 90)] == [f"20{S}s", f"2.5{S}s", "1:30"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-0.04, "percent", f"0.0{S}%"),
        (-9.06, "percent", f"{fmt.MINUS}9.1{S}%"),
        (-0.04, "seconds", f"0.0{S}s"),
        (-0.004, "money", "0.00"),
        (-1234.5, "money", f"{fmt.MINUS}1,234.50"),
        (-0.2, "count", "0"),
        (-0.04, "per_hour", f"0.0{S}/{S}h"),
    ],
)
def test_a_minus_can_be_seen_and_nothing_has_none(value, unit, text):
    assert fmt.value(value, unit) == text


def test_a_list_by_name_is_as_people_look_for_it():
    names = ["Zoe", "Ángel", "anna", "Bo", "Ärne"]
    assert sorted(names, key=fmt.alphabetical) == ["Ángel", "anna", "Ärne", "Bo", "Zoe"]
