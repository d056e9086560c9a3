"""Golden numbers of weeks and months, and what days put together wrongly would make of them.

A stock is that of the last day, a sum is added up, the longest wait is the longest of all, and what
is taken from the rows is no mean of days.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import mean
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden, is_as_expected
from tests.models.mutants import METRICS
from tests.models.warehouse import build_plainly, inputs, read_up_to, stage

FIRST = datetime.fromisoformat("2026-01-01 10:00:00")
MONTH, WEEK = FIRST.date(), date(2026, 1, 5)
READ_TO = datetime.fromisoformat("2026-02-10 00:00:00")
# Day of January: waits in seconds. The 4th is a Sunday, the 12th a Monday.
WAITS = {4: [70], 5: [12], 6: [10, 20, 30, 40], 7: [13], 12: [99], 13: [71]}
# First and last day on which a case is open.
CASES = [(1, 3), (6, 10), (6, 7), (7, 9), (9, None), (20, None)]
NUMBERS = {"offered": (6, 9), "backlog": (1, 2), "longest_wait": (40, 99), "wait_p50": (16.5, 30)}
"""Of the week and of the month."""
NUMBERS |= {"service_level": (100 * 4 / 6, 100 * 4 / 9)}
GOLDEN = [
    Golden(metric, number, on, grain=grain)
    for metric, numbers in NUMBERS.items()
    for number, (grain, on) in zip(numbers, (("week", WEEK), ("month", MONTH)), strict=True)
]
FOLDS: dict[str, Callable[[list[float]], float]] = {
    "added": sum, "last": lambda days: days[-1], "first": lambda days: days[0], "highest": max,
    "mean": mean,
}  # fmt: skip
RIGHT = {"additive": "added", "semi": "last", "maximum": "highest"}


def on(day: int, **columns: Any) -> dict[str, Any]:
    at = FIRST + timedelta(days=day - 1)
    return {"source": "pbx", "zone": "Etc/UTC", "local_date": at.date()} | columns


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], MONTH, READ_TO.date())
    for day, waits in WAITS.items():
        at = FIRST + timedelta(days=day - 1)
        plain = {"visit_ordinal": 1, "queue": "desk", "entered_at": at, "entry_repeat": 1}
        plain |= {"outcome": "answered", "next_step": "none", "is_consult": False}
        for n, wait in enumerate(waits):
            told = {"contact_id": f"{day}-{n}", "wait_ms": 1000 * wait}
            stage(con, "queue_visit", [on(day, **plain, **told)])
    for n, (day, last) in enumerate(CASES):
        at = FIRST + timedelta(days=day - 1)
        case = {"case_id": f"k{n}", "kind": "request", "opened_at": at}
        stage(con, "service_case", [on(day, **case)])
        if last:
            then = FIRST + timedelta(days=last)
            event = {"case_id": f"k{n}", "event": "resolved", "event_at": then, "event_repeat": 1}
            stage(con, "service_case_event", [on(last + 1, **event)])
    read_up_to(con, {"pbx": READ_TO})
    build_plainly(con, "marts.v_kpi_day", "marts.v_kpi_week", "marts.v_kpi_month")
    return con


def test_golden_numbers(con):
    for golden in GOLDEN:
        assert_golden(con, golden)


def test_days_put_together_wrongly_give_other_numbers(con):
    rows = con.execute(
        "select metric_id, local_date, value from marts.v_kpi_day where scope_kind = 'all' "
        "and list_contains(?, metric_id) and value is not null order by local_date",
        [list(NUMBERS)],
    ).fetchall()
    for golden in GOLDEN:
        until = WEEK + timedelta(days=7) if golden.grain == "week" else date(2026, 2, 1)
        days = [
            value
            for metric, day, value in rows
            if metric == golden.metric and golden.on <= day < until
        ]
        same = [name for name, fold in FOLDS.items() if is_as_expected(golden, fold(days))]
        right = RIGHT.get(METRICS[golden.metric].additivity)
        assert same == ([right] if right else []), (golden.grain, str(golden), days)
