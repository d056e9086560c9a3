"""Short runs of the simulated centre for all tests that only look at them."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from assets.warehouse import refresh
from pipelines.demo.centre import Simulated, simulate
from pipelines.demo.centre.events import mail_backlog, outage, training, vendor_week
from pipelines.demo.centre_project import lay_down
from pipelines.settings import load_project

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


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published project: four days around the end of summer time in Europe, with an outage."""
    root: Path = tmp_path_factory.mktemp("project")
    simulate(root, seed=5, days=4, start=date(2025, 10, 24), events=(outage(date(2025, 10, 24)),))
    _keep_customers_of_contacts(root)
    lay_down(root, more="[storage]\nthreads = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
        refresh(load_project(root))
    return root


def _keep_customers_of_contacts(root: Path) -> None:
    """Most of 168,000 customers never call; hashing them would take half of the test's time."""
    found = duckdb.sql(f"select distinct customer_ref from '{root}/truth/contacts.parquet'")
    ids = {ref.encode() for (ref,) in found.fetchall() if ref}
    for file in (root / "landing" / "crm").glob("customers_*.csv"):
        header, *lines = file.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if line.split(b",", 1)[0] in ids]
        file.write_bytes(b"".join([header, *kept]))
