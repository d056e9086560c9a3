"""The golden numbers of planned time: worked examples, recomputed through the marts."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.mutants import survivors
from tests.models.warehouse import (
    inputs,
    make,
    models_with_rows,
    needed_for,
    read_up_to,
    stage,
)

DAY = date(2026, 1, 5)
NINE = datetime.fromisoformat("2026-01-05 09:00:00")
COMMON = {"zone": "Etc/UTC", "local_date": DAY}

# Agent: planned (activity, from and to in minutes after nine, whether paid).
PLANS = {
    "late and longer": [("work", 0, 60, True)],
    "a paid day": [
        ("work", 0, 200, True),
        ("break", 200, 230, True),
        ("work", 230, 300, True),
        ("training", 300, 330, True),
        ("work", 330, 480, True),
    ],
    "nobody": [("work", 0, 60, True)],
    "on leave": [("absence", 0, 60, True)],
    "odd": [("work", 0, 60, True), ("odd", 60, 80, True)],
}
# Agent: what is logged, minutes after nine: join, pause (with its reason), unpause, leave.
LOGS = {
    "late and longer": [("join", 15, None), ("leave", 75, None)],
    "a paid day": [
        ("join", 15, None),
        ("pause", 200, "Coffee"),
        ("unpause", 230, None),
        ("pause", 300, "Class"),
        ("unpause", 330, None),
        ("leave", 480, None),
    ],
    "odd": [("join", 0, None), ("leave", 80, None)],
}
# Queue: forecast and came of two half hours.
FORECASTS = {
    "level by day": ((10, 12), (10, 8)),
    "too high": ((9, 4), (3.5, 6)),
    "too low": ((2, 5),),
    "empty": ((2, 0),),
}
# The day before, staffing group: quarter hours after nine with visits, agents present and required.
BEFORE = DAY - timedelta(days=1)
STAFFED = {
    "voice": [(0, 50, 12, 14), (1, 10, 4.5, 4), (2, 5, 1, None)],
    "mail": [(0, 1, 2, 1)],
}


def minutes(number: int) -> datetime:
    return NINE + timedelta(minutes=number)


def spans() -> list[dict[str, Any]]:
    return [
        COMMON
        | {"source": "wfm", "agent": agent, "activity": activity, "kind": "planned"}
        | {"starts_at": minutes(start), "ends_at": minutes(end), "is_paid": is_paid}
        for agent, plan in PLANS.items()
        for activity, start, end, is_paid in plan
    ]


def events() -> list[dict[str, Any]]:
    return [
        COMMON
        | {"source": "pbx", "agent": agent, "queue": "sales", "event_at": minutes(at)}
        | {"event": event, "reason": reason, "event_rank": 1, "event_repeat": 1}
        | {"is_inferred": False, "is_carried": False}
        for agent, log in LOGS.items()
        for event, at, reason in log
    ]


def forecasts() -> list[dict[str, Any]]:
    return [
        COMMON
        | {"source": "wfm", "queue": queue, "interval_start": minutes(30 * place)}
        | {"interval_ms": 1_800_000, "made_at": minutes(-60 - ahead), "volume": volume + ahead}
        for queue, halves in FORECASTS.items()
        for place, (volume, _) in enumerate((*halves, (7, 0)))
        for ahead in (0, 600)
        if place < len(halves) or queue == "too high"
    ]


def visits() -> list[dict[str, Any]]:
    return [
        COMMON
        | {"source": "pbx", "contact_id": f"{queue} {place} {n}", "visit_ordinal": 1}
        | {"queue": queue, "entered_at": minutes(30 * place + n), "entry_repeat": 1}
        | {"wait_ms": 1000, "outcome": "abandoned", "next_step": "none", "is_consult": False}
        for queue, halves in FORECASTS.items()
        for place, (_, came) in enumerate(halves)
        for n in range(came)
    ]


def staffed() -> str:
    """A statement that adds the quarter hours of staffing groups."""
    rows = ", ".join(
        f"('{group}', {place}, {visits}, {present}, {required or 'null'})"
        for group, quarters in STAFFED.items()
        for place, visits, present, required in quarters
    )
    return f"""
        insert into core.fact_staffing by name
        select staffing_group, date '{BEFORE}' as local_date, 'Etc/UTC' as zone, n_visits,
            timestamp '{BEFORE} 09:00:00' + place * interval 15 minute as interval_start,
            present * 900000 as present_ms, required_agents
        from (values {rows}) as row (staffing_group, place, n_visits, present, required_agents)
    """


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], DAY, DAY)
    everywhere = {"source": "settings", "zone": "Etc/UTC"}
    stage(con, "schedule", spans())
    stage(con, "agent_event", events())
    stage(con, "forecast", forecasts())
    stage(con, "queue_visit", visits())
    stage(
        con,
        "activity_map",
        [
            everywhere | {"activity": activity, "activity_class": kind, "allowed_states": None}
            for activity, kind in (("training", "other_work"), ("break", "break"))
        ],
    )
    stage(
        con,
        "state_map",
        [
            everywhere | {"reason": reason, "state": state, "state_class": state}
            for reason, state in (("Coffee", "break"), ("Class", "other_work"))
        ],
    )
    stage(
        con,
        "roster",
        [
            everywhere | {"agent": agent, "team": "red", "is_inferred": False}
            for agent in ("late and longer", "nobody")
        ],
    )
    read_up_to(con, {"pbx": datetime.fromisoformat("2026-01-06 12:00:00")})
    models = needed_for(models_with_rows(con), ["marts.v_kpi_day", "marts.v_kpi_interval"])
    make(con, [model for model in models if model.schema_name == "core"])
    con.execute(staffed())
    make(con, [model for model in models if model.schema_name == "marts"])
    return con


def value(
    con: duckdb.DuckDBPyConnection, metric: str, agent: str, kind: str = "agent"
) -> tuple[Any, ...] | None:
    return con.execute(
        """
        select value, numerator, denominator, coverage from marts.v_kpi_day
        where metric_id = ? and scope_kind = ? and scope_id = ? and local_date = ?
        """,
        [metric, kind, agent, DAY],
    ).fetchone()


OF_AGENTS = [
    ("schedule_adherence", "late and longer", 75),
    ("schedule_conformance", "late and longer", 100),
    ("absence_rate", "late and longer", 0),
    ("schedule_conformance", "a paid day", 100 * 435 / 450),
    ("utilization", "a paid day", 84.375),
    ("shrinkage", "a paid day", 15.625),
    ("shrinkage_internal", "a paid day", 15.625),
    ("shrinkage_external", "a paid day", 0),
    ("schedule_adherence", "a paid day", 96.875),
    ("schedule_adherence", "nobody", 0),
    ("schedule_conformance", "nobody", 0),
    ("absence_rate", "nobody", 100),
    ("shrinkage", "nobody", 100),
    ("shrinkage_external", "nobody", 100),
    ("shrinkage_internal", "nobody", 0),
    ("utilization", "on leave", 0),
    ("shrinkage_external", "on leave", 100),
    ("schedule_adherence", "on leave", None),
    ("absence_rate", "on leave", None),
    ("schedule_adherence", "odd", 100),
]
OF_QUEUES = [
    ("forecast_wape", "level by day", 20),
    ("forecast_wape_day", "level by day", 0),
    ("forecast_bias", "level by day", 0),
    ("forecast_wape", "too high", (5 + 2.5 + 7) / 10 * 100),
    ("forecast_wape_day", "too high", (19.5 - 10) / 10 * 100),
    ("forecast_bias", "too high", (19.5 - 10) / 10 * 100),
    ("forecast_wape", "too low", 60),
    ("forecast_wape_day", "too low", 60),
    ("forecast_bias", "too low", -60),
    ("forecast_wape", "empty", None),
]
OF_GROUPS = [
    ("required_agents", "voice", (14 + 4) / 2),
    ("required_agents", "mail", 1),
    ("required_agents", "all", (14 + 1 + 4) / 2),
    ("staffing_gap", "voice", (-2 + 0.5) / 2),
    ("staffing_gap", "mail", 1),
    ("staffing_gap", "all", (-2 + 1 + 0.5) / 2),
]
GOLDEN = [
    *(
        Golden(metric, expected, BEFORE, "all" if group == "all" else "staffing_group", group)
        for metric, group, expected in OF_GROUPS
    ),
    *(Golden(metric, expected, DAY, "agent", agent) for metric, agent, expected in OF_AGENTS),
    *(Golden(metric, expected, DAY, "queue", queue) for metric, queue, expected in OF_QUEUES),
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    # Where nobody knows what came, nobody knows by how much it was missed.
    assert survivors(con, GOLDEN) == [
        "forecast_wape, above: is_latest AND NOT actual_volume IS NULL -> is_latest"
    ]


def test_paid_time_of_the_day_is_eight_hours(con):
    found = value(con, "utilization", "a paid day")
    assert found is not None
    assert (float(found[1]), float(found[2])) == (24_300, 28_800)


def test_what_no_map_knows_is_shown_in_the_coverage(con):
    found = value(con, "schedule_adherence", "odd")
    assert found is not None
    assert found[3] == pytest.approx(0.75)


def test_a_team_adds_up_its_agents_seconds(con):
    found = value(con, "schedule_adherence", "red", "team")
    assert found is not None
    assert (found[0], float(found[1]), float(found[2])) == (pytest.approx(37.5), 2_700, 7_200)


def test_errors_of_intervals_add_up_over_queues(con):
    found = value(con, "forecast_wape", "all", "all")
    assert found is not None
    assert (float(found[1]), float(found[2])) == (4 + 14.5 + 3 + 2, 35)


def test_planned_time_has_no_queue(con):
    queues = """
        select count(*) from marts.kpi_day where scope_kind in ('queue', 'reason', 'campaign')
            and metric_id in ('schedule_adherence', 'utilization', 'shrinkage', 'absence_rate')
    """
    assert con.execute(queues).fetchone() == (0,)


def test_agents_required_of_a_quarter_hour_are_those_of_all_groups(con):
    found = con.execute(
        """
        select metric_id, interval_start, value, coverage from marts.v_kpi_interval
        where metric_id in ('required_agents', 'staffing_gap') and local_date = ?
            and scope_kind = 'all'
        order by all
        """,
        [BEFORE],
    ).fetchall()
    at = [datetime.combine(BEFORE, NINE.time()) + n * timedelta(minutes=15) for n in range(3)]
    assert found == [
        ("required_agents", at[0], 15, 1),
        ("required_agents", at[1], 4, 1),
        ("required_agents", at[2], None, 0),
        ("staffing_gap", at[0], -1, 1),
        ("staffing_gap", at[1], 0.5, 1),
        ("staffing_gap", at[2], None, 0),
    ]
