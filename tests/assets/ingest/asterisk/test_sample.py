"""The whole of the real sample: counts that Asterisk itself and its makers' notes confirm."""

import random
from pathlib import Path

import pytest

from pipelines.settings import parse_settings
from tests.assets.ingest.asterisk.harness import CONTACT_TABLES, Centre


def made(sample: Path, *, seed: int | None = None) -> Centre:
    settings = parse_settings((sample / "callmart.toml").read_text())
    source = settings.sources["pbx"]
    centre = Centre(
        zone=settings.zone_of("pbx"), country=settings.centre.country, aliases=source.aliases,
        own_numbers=source.own_numbers, options=source.options,
        queues_conf=(sample / "queues.conf").read_text(),
    )  # fmt: skip
    for name, feed in (("queue_log", "queue_log"), ("Master.csv", "cdr")):
        lines = (sample / name).read_text().splitlines()
        if seed is not None:
            random.Random(seed).shuffle(lines)  # noqa: S311
        centre.load(lines, feed)
    return centre.derive().derive_agents()


@pytest.fixture(scope="module")
def centre(sample: Path) -> Centre:
    return made(sample)


def test_every_line_is_read(centre):
    assert centre.bad == []
    assert sum(centre.notes.values()) == 109 + 10


def test_visits_per_queue(centre):
    counts = centre.sql(
        """
        select
            queue, count(*), count(*) filter (where outcome = 'answered'),
            count(*) filter (where outcome in ('abandoned', 'timeout', 'empty', 'withdrawn')),
            round(avg(wait_ms) filter (where outcome = 'answered') / 1000, 2)
        from out_queue_visit group by queue order by queue
        """
    )
    assert counts == [
        ("billing", 177, 165, 12, 1.89),
        ("sales", 667, 461, 198, 4.51),
        ("support", 709, 518, 170, 5.39),
        ("vip", 173, 112, 61, 4.66),
    ]


def test_outcomes(centre):
    outcomes = centre.sql("select outcome, count(*) from out_queue_visit group by 1 order by 1")
    assert outcomes == [
        ("abandoned", 351), ("answered", 1256), ("empty", 2), ("exit_key", 29), ("timeout", 80),
        ("withdrawn", 8),
    ]  # fmt: skip
    assert centre.rows("queue_visit", "count(*) filter (where is_consult)") == [(11,)]
    again = "select count(*) from out_queue_visit group by contact_id, queue having count(*) > 1"
    assert len(centre.sql(again)) == 8
    steps = centre.sql("select next_step, count(*) from out_queue_visit group by 1 order by 1")
    assert dict(steps)["callback"] == 10
    assert dict(steps)["operator"] == 19


def test_offers(centre):
    outcomes = centre.sql("select outcome, count(*) from out_agent_offer group by 1 order by 1")
    assert outcomes == [
        # 92 rings given up by callers, and four who left during the announcement.
        ("answered", 1256), ("caller_left", 96), ("declined", 100), ("dumped", 4),
        ("no_answer", 62),
    ]  # fmt: skip
    short = "outcome = 'declined' and ring_ms < 3000"
    assert centre.rows("agent_offer", f"count(*) filter (where {short})") == [(99,)]


def test_legs(centre):
    talk = centre.sql(
        """
        select queue, count(*), round(avg(talk_ms) / 1000, 2), count(transfer_type)
        from out_handle_segment where queue is not null group by queue order by queue
        """
    )
    # Asterisk's own mean for sales, 7.02, has the double completion in it.
    assert talk == [
        ("billing", 165, 7.39, 8), ("sales", 461, 7.03, 39), ("support", 518, 7.36, 34),
        ("vip", 112, 7.69, 0),
    ]  # fmt: skip
    assert centre.rows("handle_segment", "count(*) filter (where is_open or is_cut)") == [(0,)]


def test_the_one_line_too_many(centre):
    assert centre.rows("anomaly", "contact_id", "rule", "event") == [
        ("1795291226.6990", "surplus_terminal", "ATTENDEDTRANSFER")
    ]


def test_refusals(centre):
    causes = centre.sql(
        "select queue, cause, count(*) from out_queue_refusal group by all order by 1"
    )
    assert causes == [("billing", "empty", 15), ("vip", "unknown", 8)]


def test_agents_and_their_phones(centre):
    roster = centre.rows("roster", "agent", "extensions")
    assert len(roster) == 19
    assert all(extension for _, extension in roster)


def test_calls_in_one_file_alone(centre):
    alone = centre.sql(
        "select is_in_queue_log, is_in_cdr, count(*) from out_contact group by all order by all"
    )
    assert {(log, cdr) for log, cdr, _ in alone} == {(True, True), (True, False), (False, True)}
    assert {(log, cdr): n for log, cdr, n in alone}[True, False] == 59


def test_nobody_is_recognised(centre, sample):
    callers = {line.split("|")[6] for line in _entries(sample)}
    numbers = [number for number in callers if len(number) > 6 and number != "anonymous"]
    held = [str(centre.sql(f"from raw_{feed}")) for feed in ("queue_log", "cdr")]
    held += [str(centre.rows(table, "*")) for table in CONTACT_TABLES]
    assert len(numbers) > 100
    assert not [number for number in numbers if any(number in text for text in held)]


def _entries(sample: Path) -> list[str]:
    lines = (sample / "queue_log").read_text().splitlines()
    return [line for line in lines if "|ENTERQUEUE|" in line]


def test_the_order_of_lines_says_nothing(centre, sample):
    shuffled = made(sample, seed=3)
    for table in (*CONTACT_TABLES, "agent_event", "roster", "queue_config"):
        query = f"select * exclude (file_id, line_no) from out_{table} order by all"
        assert shuffled.sql(query) == centre.sql(query), table
