"""A centre that counts its days on the other side of the date line from where its calls come in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.models.warehouse import (
    build_plainly,
    days_that_differ_alone,
    inputs,
    models_with_rows,
    read_up_to,
    stage,
)

HERE, THERE = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""14 hours before Greenwich, and 11 after it: for an hour of each day two days lie between."""
FIRST = datetime.fromisoformat("2026-01-05 00:30:00")
PARTS = ("marts.kpi_interval_parts", "marts.kpi_day_parts")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    instants = [FIRST + timedelta(hours=n) for n in range(6 * 24)]
    with inputs([HERE, THERE], FIRST.date(), instants[-1].date()) as con:
        con.execute("insert into ops.centre values ('Test', ?, null)", [HERE])
        visits = [
            {
                "source": "pbx", "zone": THERE, "local_date": (at - timedelta(hours=11)).date(),
                "contact_id": f"c{n}", "visit_ordinal": 1, "queue": "desk", "entered_at": at,
                "entry_repeat": 1, "wait_ms": 1000 * n, "outcome": "answered",
                "next_step": "none", "is_consult": False,
            }
            for n, at in enumerate(instants)
        ]  # fmt: skip
        stage(con, "queue_visit", visits)
        read_up_to(con, {"pbx": instants[-1] + timedelta(days=3)})
        build_plainly(con, *PARTS)
        yield con


def test_the_whole_centre_counts_by_its_own_days_and_places_by_theirs(con):
    rows = con.execute(
        "select scope_kind, local_date, sum(offered) from marts.kpi_day_parts "
        "where scope_kind in ('all', 'queue') group by all order by all"
    ).fetchall()
    found = {(kind, day.day): n for kind, day, n in rows if n}
    assert found == {
        ("all", 5): 10, **{("all", day): 24 for day in range(6, 11)}, ("all", 11): 14,
        ("queue", 4): 11, **{("queue", day): 24 for day in range(5, 10)}, ("queue", 10): 13,
    }  # fmt: skip


@pytest.mark.parametrize("relation", PARTS)
def test_a_day_built_alone_is_as_when_all_are_built(con, relation):
    (model,) = (m for m in models_with_rows(con) if m.relation == relation)
    days = con.execute(f"select distinct local_date from {relation} order by 1").fetchall()
    assert len(days) > 7
    assert days_that_differ_alone(con, relation, model.sql, [day for (day,) in days]) == []
