"""The ledger is a possible world: nothing overlaps, sums add up, causes have their effects."""

import json
import math
from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.demo.centre import Simulated
from pipelines.demo.centre.events import planted
from tests.pipelines.demo.conftest import START

NOON = datetime(2025, 10, 2, tzinfo=UTC)


def table(run: Simulated, name: str) -> pl.DataFrame:
    return pl.read_parquet(run.truth / f"{name}.parquet")


def ms(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_milliseconds()


def overlapping(frame: pl.DataFrame, begin: str, end: str) -> int:
    ordered = frame.sort("agent_id", begin, end)
    return ordered.filter(pl.col(begin) < pl.col(end).shift(1).over("agent_id")).height


def test_waits_and_talks_add_up(run: Simulated) -> None:
    visits = table(run, "visits").filter(pl.col("left_at").is_not_null())
    assert visits.filter(ms("left_at", "entered_at") != pl.col("wait_ms")).is_empty()
    legs = table(run, "legs")
    lasted = pl.col("talk_ms") + pl.col("hold_ms")
    assert legs.filter(ms("ended_at", "connected_at") != lasted).is_empty()


def test_every_answered_visit_has_one_leg(run: Simulated) -> None:
    key = ["contact_id", "visit_ordinal"]
    answered = table(run, "visits").filter(pl.col("outcome") == "answered").select(key)
    legs = table(run, "legs").filter(pl.col("visit_ordinal") > 0).select(key)
    assert legs.is_duplicated().sum() == 0
    assert answered.sort(key).equals(legs.sort(key))


def test_nobody_is_in_two_calls_or_two_states(run: Simulated) -> None:
    calls = table(run, "legs").filter(pl.col("channel") == "voice")
    assert overlapping(calls, "connected_at", "ended_at") == 0
    assert overlapping(table(run, "states"), "from_at", "to_at") == 0
    assert overlapping(table(run, "presence"), "from_at", "to_at") == 0


def test_handling_states_are_the_legs(run: Simulated) -> None:
    calls = table(run, "legs").filter(pl.col("channel") == "voice")
    states = table(run, "states").filter(pl.col("state") == "handling")
    voice = states.filter(pl.col("agent_id").is_in(calls["agent_id"].implode()))
    talked = (calls["talk_ms"] + calls["hold_ms"]).sum()
    assert voice.select(ms("to_at", "from_at").sum()).item() == talked


def test_arrivals_follow_the_profile(run: Simulated) -> None:
    """First attempts by phone, per site and half day, within four standard deviations."""
    voice = ["sales", "support", "billing", "vip", "tech_us", "billing_us", "spanish", "sales_us"]
    profile = table(run, "arrival_profile").filter(pl.col("queue").is_in(voice))
    contacts = table(run, "contacts").filter(
        (pl.col("channel") == "voice")
        & (pl.col("direction") == "inbound")
        & (pl.col("attempt") == 1)
    )
    bucket = "4h"
    expected = profile.group_by("site", at=pl.col("interval_at").dt.truncate(bucket)).agg(
        pl.col("expected").sum()
    )
    came = contacts.group_by("site", at=pl.col("started_at").dt.truncate(bucket)).len("n")
    both = expected.join(came, on=["site", "at"], how="left").with_columns(
        pl.col("n").fill_null(0).cast(pl.Int64)
    )
    for row in both.iter_rows(named=True):
        assert abs(row["n"] - row["expected"]) <= 4 * math.sqrt(row["expected"]) + 1, row


def test_the_outage_shows(run: Simulated) -> None:
    event = next(e for e in run.events if e.name == "outage")
    begins, ends = (datetime.fromtimestamp(at / 1000, UTC) for at in (event.begins, event.ends))
    sessions = table(run, "ivr_sessions").filter(
        (pl.col("site") == "Dublin") & (pl.col("kind") == "ivr")
    )
    inside = sessions.filter(pl.col("entered_at").is_between(begins, ends, closed="left"))
    assert inside.height > 400
    assert inside.filter(pl.col("end_kind") == "completed").is_empty()
    visits = table(run, "visits").filter(pl.col("site") == "Dublin")
    waits = visits.group_by(pl.col("entered_at") >= NOON).agg(pl.col("wait_ms").median())
    assert dict(waits.rows())[True] > dict(waits.rows())[False]
    assert visits.filter(pl.col("outcome") == "cut").height > 0
    assert table(run, "legs").filter(pl.col("is_cut")).height > 0


@pytest.mark.parametrize(
    ("scope", "least", "most"), [("Manila", 1.08, 1.35), ("Liffey", 0.74, 0.97)]
)
def test_talk_changes_where_planted(run: Simulated, scope: str, least: float, most: float) -> None:
    teams = table(run, "roster").select("agent_id", "team").unique("agent_id", keep="first")
    legs = table(run, "legs").filter((pl.col("channel") == "voice") & ~pl.col("is_cut"))
    legs = legs.join(teams, on="agent_id").filter(
        (pl.col("site") == scope) | (pl.col("team") == scope)
    )
    midnight = datetime(2025, 10, 1, 23 if scope == "Liffey" else 16, tzinfo=UTC)
    means = legs.group_by(pl.col("connected_at") >= midnight).agg(pl.col("talk_ms").mean())
    ratio = dict(means.rows())[True] / dict(means.rows())[False]
    assert least < ratio < most


def test_mail_more_than_doubles(run: Simulated) -> None:
    mails = table(run, "contacts").filter(
        (pl.col("channel") == "email") & (pl.col("site") == "Dublin")
    )
    by_day = mails.group_by(pl.col("started_at").dt.convert_time_zone("Europe/Dublin").dt.date())
    counts = sorted(by_day.len().rows())
    assert counts[1][1] > 1.8 * counts[0][1]


def test_unsolved_problems_come_back(run: Simulated) -> None:
    contacts = table(run, "contacts")
    again = contacts.filter(pl.col("caused_by").is_not_null())
    causes = again.join(contacts, left_on="caused_by", right_on="contact_id", suffix="_before")
    assert causes.height == again.height
    assert causes.filter(pl.col("issue_id") != pl.col("issue_id_before")).is_empty()
    assert causes.filter(pl.col("started_at") < pl.col("ended_at_before")).is_empty()
    assert causes["is_resolved_before"].mean() < 0.35


def test_what_was_planted_is_told(run: Simulated) -> None:
    told = json.loads((run.truth / "events.json").read_text(encoding="utf-8"))
    assert [event["name"] for event in told] == [event.name for event in run.events]
    first_sixty = [e for e in planted(START) if e.dates[0] < "2025-11-30"]
    assert len(first_sixty) >= 3
