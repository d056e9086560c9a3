"""One short run of the simulated centre for all tests that only look at it."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.centre import Simulated, simulate
from pipelines.demo.centre.events import mail_backlog, outage, training, vendor_week

START = date(2025, 10, 1)
SECOND_DAY = date(2025, 10, 2)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Two days; on the second everything goes wrong, or right, at once."""
    root: Path = tmp_path_factory.mktemp("centre")
    events = (
        outage(SECOND_DAY),
        vendor_week(SECOND_DAY),
        training(SECOND_DAY),
        mail_backlog(SECOND_DAY),
    )
    return simulate(root, seed=7, days=2, start=START, events=events)
