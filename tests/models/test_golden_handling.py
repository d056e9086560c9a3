"""The golden numbers of handling: talk, hold and wrap-up, transfers, rings and time on duty."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.mutants import survivors
from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

DAY = date(2026, 1, 5)
NINE = datetime.fromisoformat("2026-01-05 09:00:00")
COMMON = {"source": "pbx", "zone": "Etc/UTC", "local_date": DAY}

# Contact: kind, minutes after nine, and its legs: agent, role, talk, hold, wrap-up in seconds and
# whether it ended in a transfer.
CONTACTS: dict[str, tuple[str, int, list[tuple[Any, ...]]]] = {
    "passed on": (
        "customer", 60,
        [("anna", "customer", 100, 20, 10, True), ("bert", "customer", 60, 0, 5, False)],
    ),
    "not all known": ("customer", 70, [("bert", "customer", 200, None, None, False)]),
    "plain": ("customer", 80, [("anna", "customer", 50, 10, 30, False)]),
    "only wrap-up": ("customer", 90, [("bert", "customer", None, None, 7, False)]),
    "of carl": ("customer", 10, [("carl", "customer", 1200, 0, 300, False)]),
    "between agents": ("consult", 100, [("anna", "customer", 500, 500, 50, True)]),
    "asked": ("customer", 110, [("anna", "consult", 99, 1, 1, True)]),
}  # fmt: skip
AMONG_AGENTS = ("between agents", "asked", "of agents")
# Through another queue: wrap-up is known of all whose talk is known.
CONTACTS |= {
    "known": ("customer", 30, [("emil", "customer", 50, None, 10, False)]),
    "nothing known": ("customer", 40, [("emil", "customer", None, None, None, False)]),
    "wrap-up known": ("customer", 50, [("emil", "customer", None, None, 7, False)]),
    "of agents": ("consult", 60, [("fred", "customer", 300, None, 33, False)]),
    # An agent has it although it left the queue; so much a source can get wrong.
    "timed out": ("customer", 70, [("fred", "customer", 70, None, 3, False)]),
}
SECOND = ("known", "nothing known", "wrap-up known", "of agents", "timed out")
# Outcome of a ring, how long it was, how many; of customers' calls and of those between agents.
RINGS = [
    ("answered", 5, 1), ("answered", 10, 1), ("answered", None, 1), ("no_answer", 20, 2),
    ("declined", 1, 1), ("dumped", 2, 3), ("caller_left", 3, 4), ("lost_to_other", 4, 5),
]  # fmt: skip
CONSULT_RINGS = [("answered", 90, 1), ("no_answer", 90, 7), ("declined", 90, 5), ("dumped", 90, 1)]


def minutes(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else 1000 * seconds


def _handled(con: duckdb.DuckDBPyConnection) -> None:
    for name, (kind, start, legs) in CONTACTS.items():
        at = minutes(start)
        flags = {"is_open": False, "is_in_queue_log": True, "is_in_cdr": False}
        told = {"root_contact_id": name, "kind": kind, "channel": "voice", "direction": "inbound"}
        stage(con, "contact", [COMMON | {"contact_id": name, "started_at": at} | told | flags])
        queue = "second" if name in SECOND else "desk"
        visit = {"contact_id": name, "visit_ordinal": 1, "queue": queue, "entered_at": at}
        visit |= {"entry_repeat": 1}
        outcome = "timeout" if name == "timed out" else "answered"
        told = {"wait_ms": 0, "outcome": outcome, "next_step": "none"}
        stage(con, "queue_visit", [COMMON | visit | told | {"is_consult": name in AMONG_AGENTS}])
        connected = at
        for ordinal, (agent, role, talk, hold, wrap, is_passed) in enumerate(legs, start=1):
            ended = connected + timedelta(seconds=(talk or 0) + (hold or 0))
            leg = {"segment_ordinal": ordinal, "segment_repeat": ordinal, "channel": "voice"}
            leg |= {"agent": agent, "role": role, "connected_at": connected, "ended_at": ended}
            leg |= {"talk_ms": _ms(talk), "hold_ms": _ms(hold), "wrap_ms": _ms(wrap)}
            leg |= {"talk_includes_hold": False, "is_talk_unreliable": False, "is_open": False}
            leg |= {"is_cut": False, "transfer_type": "blind" if is_passed else None}
            stage(con, "handle_segment", [COMMON | visit | leg])
            connected = ended


def _rung(con: duckdb.DuckDBPyConnection) -> None:
    for contact, rings in (("passed on", RINGS), ("between agents", CONSULT_RINGS)):
        at = minutes(CONTACTS[contact][1])
        visit = {"contact_id": contact, "visit_ordinal": 1, "queue": "desk", "entered_at": at}
        rows = [
            COMMON | visit | {"entry_repeat": 1, "agent": "dora", "offered_at": at}
            | {"ring_ms": _ms(ring), "outcome": outcome}
            for outcome, ring, number in rings
            for _ in range(number)
        ]  # fmt: skip
        stage(con, "agent_offer", [row | {"offer_ordinal": n} for n, row in enumerate(rows)])


def _logged(con: duckdb.DuckDBPyConnection) -> None:
    """Five are there from half past nine to eleven, Carl from nine to ten."""
    five = ("anna", "bert", "dora", "emil", "fred")
    logs = {
        **{agent: [("join", 30), ("leave", 120)] for agent in five},
        "carl": [("join", 0), ("pause", 45), ("unpause", 50), ("leave", 60)],
    }
    for agent, log in logs.items():
        for event, at in log:
            known = {"queue": "desk", "event_rank": 1, "event_repeat": 1, "is_inferred": False}
            known |= {"is_carried": False, "reason": "Tea" if event == "pause" else None}
            row = {"agent": agent, "event": event, "event_at": minutes(at)}
            stage(con, "agent_event", [COMMON | row | known])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], DAY, DAY)
    for fill in (_handled, _rung, _logged):
        fill(con)
    read_up_to(con, {"pbx": datetime.fromisoformat("2026-01-06 12:00:00")})
    build_plainly(con, "marts.v_kpi_day")
    return con


GOLDEN = [
    Golden(metric, expected, DAY, kind, which)
    for metric, expected, kind, which in (
        ("handled_contacts", 5, "queue", "desk"),
        ("handled_contacts", 9, "all", "all"),
        ("handled_legs", 6, "queue", "desk"),
        # Of one nobody knows how long it was; of another no wrap-up, so it is left out of all.
        ("average_handle_time", (180 + 200 + 60 + 1200) / 4, "queue", "desk"),
        ("average_handle_time", 60 + 30, "agent", "anna"),
        ("average_handle_time", 50 + 10, "agent", "emil"),
        ("handle_time_per_leg", (120 + 60 + 200 + 60 + 1200) / 5, "queue", "desk"),
        ("handle_time_per_leg", (120 + 10 + 60 + 30) / 2, "agent", "anna"),
        ("handle_time_per_leg", 50 + 10, "agent", "emil"),
        ("handle_time_per_visit", (180 + 200 + 60 + 1200) / 4, "queue", "desk"),
        ("handle_time_per_visit", 50 + 10, "queue", "second"),
        ("average_talk_time", (100 + 60 + 200 + 50 + 1200) / 5, "queue", "desk"),
        ("average_hold_time", (20 + 0 + 10 + 0) / 4, "queue", "desk"),
        ("average_wrap_time", (10 + 5 + 30 + 7 + 300) / 5, "queue", "desk"),
        ("average_ring_time", 7.5, "all", "all"),
        ("transfer_rate", 20, "queue", "desk"),
        ("transfer_rate", 100 * 1 / 9, "all", "all"),
        ("transfer_rate", 50, "agent", "anna"),
        ("transfer_rate", 0, "agent", "bert"),
        ("hold_rate", 100 * 2 / 3, "queue", "desk"),
        ("ring_no_answer_rate", 100 * 2 / 9, "all", "all"),
        ("declined_rate", 100 * 1 / 9, "agent", "dora"),
        # Twenty minutes and five of wrap-up, in an hour with five minutes of tea.
        ("occupancy", 100 * 25 / 55, "agent", "carl"),
        ("contacts_per_hour", 1, "agent", "carl"),
        ("contacts_per_hour", 9 / 8.5, "all", "all"),
    )
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    # Of a contact that nobody handled no talk, hold or transfer is known.
    all_customers = "kind = 'customer' AND is_handled -> kind = 'customer'"
    assert survivors(con, GOLDEN) == [
        f"average_handle_time, above: {all_customers}",
        f"average_handle_time, above: {all_customers}",
        f"average_handle_time, below: {all_customers}",
        f"transfer_rate, above: {all_customers}",
        f"hold_rate, above: {all_customers}",
        f"hold_rate, below: {all_customers}",
    ]
