"""Charts of a day are as fine as can be told apart."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.steps import bin_seconds, wait_step_ms

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "bin_s"),
    [(0, 60), (25, 60), (50, 60), (51, 120), (660, 900), (1439, 1800), (3000, 3600)],
)
def test_a_day_has_at_most_fifty_intervals(minutes, bin_s):
    assert bin_seconds(START, START + timedelta(minutes=minutes)) == bin_s


@pytest.mark.parametrize(("longest", "step"), [(5, 500), (20, 1000), (100, 5000), (1e6, 300_000)])
def test_a_histogram_has_at_most_thirty_bars(longest, step):
    assert wait_step_ms(longest) == step
