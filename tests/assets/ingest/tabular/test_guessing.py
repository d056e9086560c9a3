"""A first mapping: what a file shows is guessed, what it does not show is said."""

import pytest

from assets.ingest.tabular.guessing import NotGuessedError, guess_mapping
from assets.ingest.tabular.mapping import parse_mapping

CALLS = (
    "Call ID;Start Time;Caller;Queue;Agent;Talk Time\n"
    "1;02.01.2026 09:30:00;07700900123;Sales;Ana;00:01:30\n"
    "2;13.01.2026 09:31:00;07700900124;Sales;Bo;00:00:30\n"
    "3;14.01.2026 09:32:00;07700900125;Sales;Bo;00:0"
)


def test_names_times_and_delimiter_are_guessed(tmp_path):
    file = tmp_path / "calls_2026-01.csv"
    file.write_text(CALLS)
    mapping = parse_mapping(guess_mapping(file, "contact"), "guessed")
    (rows,) = mapping.rows
    assert mapping.delimiter == ";"
    assert mapping.files == ("calls_*.csv",)
    assert rows.columns["contact_id"].column == "Call ID"
    assert rows.columns["customer_ref"].column == "Caller"
    assert rows.columns["started_at"].column == "Start Time"
    assert rows.columns["started_at"].formats == ("%d.%m.%Y %H:%M:%S",)


def test_what_cannot_be_guessed_is_said_in_the_mapping(tmp_path):
    file = tmp_path / "talks.csv"
    file.write_text(CALLS)
    text = guess_mapping(file, "handle_segment")
    assert 'talk_ms: {column: "Talk Time", unit: hms}' in text
    assert "# connected_at:" in text
    assert "Must be given." in text
    assert "not used: Caller" in text


@pytest.mark.parametrize(
    ("content", "table", "said"),
    [("", "contact", "is empty"), ("just words\n", "contact", "no columns"),
     (CALLS, "call", "there is no staging table call")],
)  # fmt: skip
def test_what_is_no_table_is_told(tmp_path, content, table, said):
    file = tmp_path / "calls.csv"
    file.write_text(content)
    with pytest.raises(NotGuessedError, match=said):
        guess_mapping(file, table)
