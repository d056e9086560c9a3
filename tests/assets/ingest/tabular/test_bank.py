"""The real month of a bank's call centre: every row accounted for, the published figures met."""

import json
import shutil
from datetime import date, datetime, timedelta

import pytest

from tests.assets.ingest.tabular.harness import Tabular


@pytest.fixture(scope="module")
def bank(shared_data, tmp_path_factory):
    made = Tabular(tmp_path_factory.mktemp("bank") / "p", zone="Asia/Jerusalem")
    settings = made.project.root / "callmart.toml"
    with settings.open("a") as file:
        file.write('[sources.files.options]\nmappings = ["bank_1999"]\n')
    made.project.settings.sources["files"].options["mappings"] = ["bank_1999"]
    shutil.copy(shared_data / "bank-1999" / "january.txt.gz", made.project.landing("files"))
    made.run()
    yield made
    made.con.close()


def test_each_of_31599_rows_is_accounted_for(bank):
    (account,) = bank.frame("select * from ops.load_file").to_dicts()
    assert account["n_read"] == 31_599 + 1
    assert account["n_loaded"] == 27_060 + 4_299
    assert account["n_quarantined"] == 0
    assert json.loads(account["skipped_by_rule"]) == {"header": 1, "phantom": 240}


def test_outcomes_and_service_are_the_published_ones(bank):
    assert _outcomes(bank) == {"AGENT": 27_060, "HANG": 4_299}
    talks = sorted(ms for (ms,) in bank.rows("handle_segment", "talk_ms") if ms > 0)
    assert len(talks) == 26_332
    assert sum(talks) / len(talks) / 1000 == pytest.approx(187.99, abs=0.005)
    middle = len(talks) // 2
    assert (talks[middle - 1] + talks[middle]) / 2 / 1000 == 116


def _outcomes(bank):
    found: dict[str, int] = {}
    for (word,) in bank.rows("contact", "disposition"):
        found[word] = found.get(word, 0) + 1
    return found


def test_calls_past_midnight_end_after_they_start(bank):
    rows = bank.rows("contact", "started_at, ended_at")
    assert all(ended >= started for started, ended in rows)
    legs = bank.rows("handle_segment", "connected_at, ended_at")
    assert all(ended >= connected for connected, ended in legs)
    past = [1 for start, end in legs if _local_day(start) != _local_day(end)]
    assert 10 <= len(past) <= 60


def _local_day(at: datetime) -> date:
    # Jerusalem was two hours ahead all January.
    return (at + timedelta(hours=2)).date()
