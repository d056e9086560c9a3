"""A small published centre that has everything, built once for all who read it."""

from datetime import date
from pathlib import Path

import pytest

from assets.warehouse import refresh
from pipelines.demo.centre import simulate
from pipelines.demo.centre.events import mail_backlog, outage, qa_form, training, vendor_week
from pipelines.demo.centre_project import lay_down
from pipelines.settings import load_project

START = date(2025, 10, 1)
SECOND_DAY = date(2025, 10, 2)
# What is planted in the published centre, on Mondays.
OUTAGE, TRAINING = date(2025, 10, 20), date(2025, 10, 27)
VENDOR_WEEK, FORM, MAILING = date(2025, 11, 3), date(2025, 11, 10), date(2025, 11, 17)


def make_published(root: Path) -> None:
    """60 days over the end of summer time in Europe.

    Twenty people show only what is large: more callers and mails than swamp the whole centre, a
    training that does more, and half a vendor's people away. A file holds twenty days, for reading
    costs by the file too.
    """
    events = (
        outage(OUTAGE, callers=6.0),
        training(TRAINING, talk=0.8),
        vendor_week(VENDOR_WEEK, talk=1.3, absence=8.0),
        qa_form(FORM),
        mail_backlog(MAILING, mails=44.0),
    )
    simulate(root, seed=5, days=60, start=START, events=events, size=0.04, file_days=20)
    publish(root)


def publish(root: Path) -> None:
    """Read and publish what was simulated, without the checks."""
    lay_down(root, more="[storage]\nthreads = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality_checks.runner.run_checks", lambda *_, **__: [])
        refresh(load_project(root))
