"""Short runs of the simulated centre for all tests that only look at them."""

from pathlib import Path

import pytest

from pipelines.demo.centre import Simulated, simulate
from pipelines.demo.centre.events import mail_backlog, outage, training, vendor_week
from tests.pipelines.demo.published import SECOND_DAY, START, publish


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


@pytest.fixture(scope="session")
def published_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published project: 13 months of a small centre, with what is planted by default."""
    root: Path = tmp_path_factory.mktemp("year")
    simulate(root, seed=1, days=395, start=START, size=0.08, file_days=7)
    publish(root)
    return root
