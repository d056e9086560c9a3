"""Chats at a time, against an oracle that asks second by second, and through the marts."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.mutants import survivors
from tests.models.warehouse import MODELS, build_plainly, inputs, read_up_to, stage

MIDNIGHT = datetime.fromisoformat("2026-01-05 23:00:00")
SECOND = timedelta(seconds=1)
SQL = next(model.sql for model in MODELS if model.name == "fact_chat_interval")


def chat(n: int, agent: str, from_s: int, to_s: int) -> dict[str, Any]:
    at = MIDNIGHT + from_s * SECOND
    flags = {"talk_includes_hold": True, "is_talk_unreliable": False, "is_open": False}
    return flags | {
        "source": "desk", "zone": "Etc/UTC", "local_date": at.date(), "contact_id": f"c{n}",
        "segment_ordinal": 1, "segment_repeat": 1, "channel": "chat", "agent": agent,
        "role": "customer", "connected_at": at, "ended_at": MIDNIGHT + to_s * SECOND,
        "is_cut": False,
    }  # fmt: skip


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], MIDNIGHT.date(), MIDNIGHT.date())
    con.execute("insert into ops.centre values ('made', 'Etc/UTC', null)")
    for n, span in enumerate(((0, 60), (30, 90), (40, 50), (2000, 2030))):
        stage(con, "handle_segment", [chat(n, "anna", *span)])
    stage(con, "handle_segment", [chat(9, "bert", 10, 70)])
    read_up_to(con, {"desk": MIDNIGHT + timedelta(days=1)})
    build_plainly(con, "marts.v_kpi_day")
    return con


# 60 + 60 + 10 + 30 seconds of chats in 90 + 30 with any; bert has one of 60.
GOLDEN = [
    Golden("chat_concurrency", value, MIDNIGHT.date(), scope, which)
    for scope, which, value in (
        ("agent", "anna", 160 / 120),
        ("agent", "bert", 1),
        ("all", "all", 220 / 180),
    )
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    assert survivors(con, GOLDEN) == []


@pytest.mark.parametrize("seed", range(20))
def test_quarter_hours_hold_what_each_second_says(con, seed):
    random = Random(seed)  # noqa: S311
    spans = [
        (random.choice(["anna", "bert"]), start, start + random.randrange(1, 2500))
        for start in (random.randrange(6000) for _ in range(random.randrange(1, 15)))
    ]
    con.execute("delete from core.fact_handle_segment")
    for n, (agent, start, end) in enumerate(spans):
        con.execute(
            "insert into core.fact_handle_segment by name select ? as segment_key, ? as agent_id, "
            "'Etc/UTC' as zone, ?::date as local_date, ?::timestamp as connected_at, "
            "?::timestamp as ended_at, 'chat' as channel, 'customer' as role, false as is_cut",
            [n, agent, (MIDNIGHT + start * SECOND).date(), MIDNIGHT + start * SECOND,
             MIDNIGHT + end * SECOND],
        )  # fmt: skip
    expected: dict[tuple[str, int], list[int]] = {}
    for agent in {agent for agent, *_ in spans}:
        for second in range(9000):
            n = sum(a == agent and start <= second < end for a, start, end in spans)
            if n:
                cell = expected.setdefault((agent, second // 900), [0, 0])
                cell[0] += n * 1000
                cell[1] += 1000
    found = {
        (agent, (at - MIDNIGHT) // timedelta(minutes=15)): [chat_ms, engaged_ms]
        for agent, at, chat_ms, engaged_ms in con.execute(
            f"select agent_id, interval_start, chat_ms, chat_engaged_ms from ({SQL})"
        ).fetchall()
    }
    assert found == expected
