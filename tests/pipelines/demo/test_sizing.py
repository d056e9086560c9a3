"""A small centre is the whole one with less of everything that comes."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.centre import Simulated, simulate
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import TEAMS
from tests.pipelines.demo.conftest import START
from tests.pipelines.demo.test_ledger import table

SIZE = 0.04


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Two weeks, of each file one a week."""
    root: Path = tmp_path_factory.mktemp("small")
    return simulate(root, seed=7, days=14, start=START, size=SIZE, file_days=7)


def kinds(run: Simulated) -> set[str]:
    """The names of files without their dates and copies."""
    names = {p.relative_to(run.landing).as_posix() for p in run.landing.rglob("*") if p.is_file()}
    return {re.sub(r"-?_?\d{4}-?\d{2}(\d{2})?| \(1\)|\.1$", "", name) for name in names}


def test_it_has_the_same_kinds_of_files(run: Simulated, small: Simulated) -> None:
    assert kinds(small) == kinds(run)


def test_what_comes_is_in_proportion(run: Simulated, small: Simulated) -> None:
    first = pl.col("interval_at").dt.convert_time_zone("Europe/Dublin").dt.date() == START
    whole, share = (
        dict(
            table(each, "arrival_profile")
            .filter(first)
            .group_by("queue")
            .agg(pl.col("expected").sum())
            .rows()
        )
        for each in (run, small)
    )
    assert share == {queue: pytest.approx(SIZE * n, rel=0.01) for queue, n in whole.items()}
    n_customers = table(run, "customers").height * SIZE
    assert table(small, "customers").height == pytest.approx(n_customers, abs=2)


def test_each_team_has_people_and_each_queue_is_answered(small: Simulated) -> None:
    assert set(table(small, "roster")["team"]) == {team.name for team in TEAMS}
    visits = table(small, "visits").filter(pl.col("outcome") == "answered")
    assert set(visits["queue"]) == set(table(small, "visits")["queue"])
    assert visits["queue"].n_unique() == 17


def test_the_whole_centre_has_the_seats_it_always_had() -> None:
    assert Scenario(1, START, 1).teams == TEAMS


def test_some_agent_of_a_few_has_two_names_in_the_log(small: Simulated) -> None:
    logs = "".join(
        file.read_text(encoding="utf-8") for file in (small.landing / "asterisk").glob("queue_log*")
    )
    assert "|PJSIP/1008|CONNECT|" in logs


def test_a_file_of_several_days_is_named_by_the_first(small: Simulated) -> None:
    names = {file.name for file in (small.landing / "ivr" / "dublin").glob("sessions-*")}
    assert {"sessions-20251001.csv", "sessions-20251008.csv"} <= names
    starts = pl.read_csv(small.landing / "ivr" / "dublin" / "sessions-20251001.csv")["start"]
    days = {start[:10] for start in starts if not start.startswith("2025-13")}
    assert days >= {date(2025, 10, day).isoformat() for day in range(1, 8)}


@pytest.mark.parametrize("wrong", [{"size": 0.0}, {"size": 1.5}, {"file_days": 0}])
def test_no_such_centre(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"at least one day|share of the whole"):
        simulate(tmp_path, days=1, **wrong)
    assert not list(tmp_path.iterdir())
