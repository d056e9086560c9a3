"""A day of a centre whose sites lie in several zones is the same on all of its page."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from reports import timelines
from reports.queries import Reader
from reports.spans import Span

_LOST = ("abandoned", "timeout", "empty", "withdrawn")


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    """One file cannot be open twice in a process with other settings, as others have it."""
    return Path(shutil.copy(published / "warehouse.duckdb", tmp_path))


def test_courses_begin_with_whole_days_and_stocks_when_they_have_filled(copy: Path) -> None:
    with Reader(copy) as reader:
        days = [row["local_date"] for row in reader.days()]
        lines = {line.metric.id: line for line in timelines.every(timelines.read(reader, days))}
    assert lines["offered"].spans[0].first == days[0] + timedelta(days=1)
    assert lines["offered"].spans[-1].first < days[-1]
    assert lines["backlog"].spans[0].first >= days[0] + timedelta(days=14)
    assert lines["cases"].spans[-1] <= lines["offered"].spans[-1]


def test_what_a_page_draws_adds_up_to_its_figures(copy: Path) -> None:
    with Reader(copy) as reader:
        assert reader.rows("zones")[0]["n"] > 1
        days = [row["local_date"] for row in reader.days()]
        wanted = {"all": ["offered", "lost", "ring_no_answer_rate"]}
        numbers = reader.numbers_of("day", days[0], days[-1], wanted)
        assert len(days) > 59
        for day in days:
            found = numbers[Span("day", day)]
            drawn = reader.period(day, day, found, [20])
            ended = [row for row in drawn.outcomes if row["outcome"] != "blocked"]
            lost = [row for row in ended if row["outcome"] in _LOST]
            rung = [row for row in drawn.offers if row["outcome"] == "no_answer"]
            assert sum(row["n"] for row in ended) == found.value("offered")
            assert sum(row["n"] for row in lost) == found.value("lost")
            assert sum(row["n"] for row in rung) == found.get("ring_no_answer_rate").numerator
            assert sum(row["n_offered"] for row in drawn.service) == found.value("offered")
            first, last = drawn.activity
            assert (last - first).total_seconds() <= 25 * 3600
