"""A made-up centre written straight into a warehouse of the published shape.

Rows are drawn from a fixed seed into the facts; marts come from them by the shortest SQL that
says what each metric is, so that the pages can be compared with numbers made another way.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from pipelines.storage.ops import create_ops
from tests.reports.made_marts import create_marts, fill_ops

NASTY = "</script><img src=x onerror=alert(1)>&\u2028'\"@c1 %{x}"
"""A name that breaks out of HTML, script and Plotly text wherever it is not escaped."""

FACTS = {
    "fact_queue_visit": (
        "visit_key bigint, contact_key bigint, contact_id varchar, source varchar, "
        "queue_key bigint, queue_id varchar, outcome_key bigint, outcome varchar, "
        "agent_key bigint, agent_id varchar, channel varchar, direction varchar, kind varchar, "
        "entered_at timestamp, left_at timestamp, local_date date, zone varchar, "
        "interval_key bigint, interval_start timestamp, visit_ordinal integer, wait_ms bigint, "
        "is_answered boolean, is_consult boolean, is_in_hours boolean, "
        "is_within_threshold boolean, is_short_abandon boolean, next_step varchar, "
        "next_queue_id varchar, position_in integer, position_out integer"
    ),
    "fact_queue_refusal": (
        "refusal_key bigint, contact_key bigint, contact_id varchar, source varchar, "
        "queue_key bigint, queue_id varchar, refused_at timestamp, local_date date, zone varchar, "
        "interval_key bigint, interval_start timestamp, cause varchar, channel varchar, "
        "direction varchar, kind varchar"
    ),
    "dim_interval": (
        "interval_key bigint, zone varchar, interval_start timestamp, local_date date, "
        "local_time varchar, hour_label varchar, half_hour_label varchar, utc_offset_s integer, "
        "is_repeated boolean"
    ),
    "fact_agent_offer": (
        "offer_key bigint, visit_key bigint, contact_key bigint, contact_id varchar, "
        "source varchar, queue_key bigint, queue_id varchar, agent_key bigint, agent_id varchar, "
        "offered_at timestamp, local_date date, zone varchar, interval_key bigint, "
        "interval_start timestamp, ring_ms bigint, outcome varchar, is_consult boolean"
    ),
    "fact_handle_segment": (
        "segment_key bigint, visit_key bigint, contact_key bigint, contact_id varchar, "
        "source varchar, queue_key bigint, queue_id varchar, agent_key bigint, agent_id varchar, "
        "channel varchar, direction varchar, kind varchar, role varchar, connected_at timestamp, "
        "ended_at timestamp, local_date date, zone varchar, interval_key bigint, "
        "interval_start timestamp, segment_ordinal integer, talk_ms bigint, hold_ms bigint, "
        "wrap_ms bigint, overlap_ms bigint, transfer_type varchar, transfer_to varchar, "
        "is_transfer boolean, talk_includes_hold boolean, is_talk_unreliable boolean, "
        "is_open boolean, is_cut boolean"
    ),
    "fact_agent_state": (
        "state_span_key bigint, agent_key bigint, agent_id varchar, source varchar, "
        "state_key bigint, state varchar, reason varchar, from_at timestamp, to_at timestamp, "
        "local_date date, zone varchar, state_ms bigint, n_queues_available integer, "
        "is_inferred boolean"
    ),
    "dim_queue": (
        "queue_key bigint, queue_id varchar, queue_name varchar, queue_group varchar, "
        "source varchar, zone varchar, channel varchar, service_level_s integer, "
        "short_abandon_s integer, ring_timeout_s integer, is_threshold_assumed boolean, "
        "valid_from date, valid_to date, is_current boolean"
    ),
    "dim_agent": (
        "agent_key bigint, agent_id varchar, agent_name varchar, team varchar, site varchar, "
        "extensions varchar, aliases varchar, valid_from date, valid_to date, "
        "is_current boolean, is_inferred boolean"
    ),
}


@dataclass(frozen=True)
class Centre:
    """What to make: `minutes` of calls from `start` (local time) on each of `days` days."""

    first_day: date = date(2026, 10, 20)
    days: int = 1
    start: str = "09:00"
    minutes: int = 120
    calls_a_day: int = 400
    zone: str = "Europe/Berlin"
    queues: tuple[str, ...] = ("sales", "support", "billing", NASTY)
    agents: int = 12


def _day_rows(centre: Centre, day: date, rng: random.Random, rows: dict[str, list[tuple]]) -> None:
    hour, minute = (int(part) for part in centre.start.split(":"))
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(centre.zone))
    first = local.astimezone(UTC).replace(tzinfo=None)
    weight = (1.25, 1.05, 1.0, 0.97, 1.0, 0.55, 0.3)[day.weekday()]
    for _ in range(max(1, round(centre.calls_a_day * weight * rng.uniform(0.9, 1.1)))):
        place = rng.betavariate(1.6, 2.1) if rng.random() < 0.6 else rng.betavariate(3, 2)
        entered = first + timedelta(seconds=round(place * centre.minutes * 60))
        _visit(centre, day, entered, rng, rows)
    for number in range(centre.agents):
        at = first
        while at < first + timedelta(minutes=centre.minutes):
            state = rng.choices(
                ["handling", "wrap", "ringing", "available", "paused"], [50, 8, 4, 25, 13]
            )[0]
            to = min(
                at + timedelta(seconds=rng.randint(20, 600)),
                first + timedelta(minutes=centre.minutes),
            )
            rows["fact_agent_state"].append(
                (
                    len(rows["fact_agent_state"]),
                    number,
                    _agent(number),
                    "pbx",
                    1,
                    state,
                    "lunch" if state == "paused" else None,
                    at,
                    to,
                    day,
                    centre.zone,
                    int((to - at).total_seconds() * 1000),
                    2,
                    False,
                )
            )
            at = to


def _intervals(centre: Centre) -> list[tuple]:
    """Quarter hours from the day before the first to the day after the last."""
    first = datetime.combine(centre.first_day, datetime.min.time()) - timedelta(days=1)
    found = []
    for number in range((centre.days + 2) * 96):
        at = first + timedelta(minutes=15 * number)
        here = at.replace(tzinfo=UTC).astimezone(ZoneInfo(centre.zone))
        offset = here.utcoffset() or timedelta()
        found.append(
            (
                number,
                centre.zone,
                at,
                here.date(),
                f"{here:%H:%M}",
                f"{here:%H}:00",
                "",
                round(offset.total_seconds()),
                here.fold == 1,
            )
        )
    return found


def _agent(number: int) -> str:
    return NASTY if number == 0 else f"Agent {number:02d}"


def _visit(
    centre: Centre, day: date, entered: datetime, rng: random.Random, rows: dict[str, list[tuple]]
) -> None:
    key = len(rows["fact_queue_visit"])
    place = min(rng.choices(range(4), [5, 4, 2, 0.15])[0], len(centre.queues) - 1)
    queue = centre.queues[place]
    outcome = rng.choices(
        ["answered", "abandoned", "exit_key", "timeout", "empty", "cut"],
        [82, 11, 2, 3.2, 1.5, 0.3],
    )[0]
    wait = round(rng.gammavariate(1.15, 12_000 + 4000 * place))
    answered = outcome == "answered"
    left = entered + timedelta(milliseconds=wait)
    quarter = entered.replace(minute=entered.minute // 15 * 15, second=0)
    number = rng.randrange(centre.agents)
    common = (f"call-{key}", "pbx", place, queue)
    rows["fact_queue_visit"].append(
        (
            key,
            key,
            *common,
            1,
            outcome,
            number,
            _agent(number) if answered else None,
            "voice",
            "inbound",
            "customer",
            entered,
            left,
            day,
            centre.zone,
            1,
            quarter,
            1,
            wait,
            answered,
            False,
            True,
            wait <= 20_000,
            outcome == "abandoned" and wait <= 5000,
            "none",
            None,
            1,
            None,
        )
    )
    for outcome_of_ring, chance in (("no_answer", 0.05), ("declined", 0.03), ("caller_left", 0.02)):
        if rng.random() < chance:
            rows["fact_agent_offer"].append(
                (
                    len(rows["fact_agent_offer"]),
                    key,
                    key,
                    *common,
                    number,
                    _agent(number),
                    entered,
                    day,
                    centre.zone,
                    1,
                    quarter,
                    15_000,
                    outcome_of_ring,
                    False,
                )
            )
    if rng.random() < 0.02:
        rows["fact_queue_refusal"].append(
            (
                key,
                key,
                *common,
                entered,
                day,
                centre.zone,
                1,
                quarter,
                "full",
                "voice",
                "inbound",
                "customer",
            )
        )
    if answered:
        rows["fact_agent_offer"].append(
            (
                len(rows["fact_agent_offer"]),
                key,
                key,
                *common,
                number,
                _agent(number),
                left,
                day,
                centre.zone,
                1,
                quarter,
                2000,
                "answered",
                False,
            )
        )
        talk = round(rng.gammavariate(2.2, 110_000))
        rows["fact_handle_segment"].append(
            (
                key,
                key,
                key,
                *common,
                number,
                _agent(number),
                "voice",
                "inbound",
                "customer",
                "customer",
                left,
                left + timedelta(milliseconds=talk),
                day,
                centre.zone,
                1,
                quarter,
                1,
                talk,
                None,
                20_000,
                0,
                None,
                None,
                rng.random() < 0.08,
                True,
                False,
                False,
                False,
            )
        )


def write_warehouse(path: Path, centre: Centre | None = None, *, seed: int = 7) -> Path:
    """Write the centre's warehouse to `path` and return it."""
    centre = centre or Centre()
    rng = random.Random(seed)  # noqa: S311
    rows: dict[str, list[tuple]] = {name: [] for name in FACTS}
    for offset in range(centre.days):
        _day_rows(centre, centre.first_day + timedelta(days=offset), rng, rows)
    rows["dim_interval"] = _intervals(centre)
    since, until = date(1900, 1, 1), date(9999, 12, 31)
    rows["dim_queue"] = [
        (
            place,
            queue,
            queue,
            "all lines",
            "pbx",
            centre.zone,
            "voice",
            20,
            5,
            15,
            place == 1,
            since,
            until,
            True,
        )
        for place, queue in enumerate(centre.queues)
    ]
    rows["dim_agent"] = [
        (
            number,
            _agent(number),
            _agent(number),
            "Team A",
            "here",
            "",
            "",
            since,
            until,
            True,
            False,
        )
        for number in range(centre.agents)
    ]
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core")
        create_ops(con)
        for table, columns in FACTS.items():
            con.execute(f"create table core.{table} ({columns})")
            names = [c.split()[0] for c in columns.split(", ")]
            if rows[table]:
                frame = pl.DataFrame(
                    rows[table], schema=names, orient="row", infer_schema_length=None
                )
                con.register("frame", frame)
                con.execute(f"insert into core.{table} select * from frame")
        create_marts(con)
        fill_ops(con, NASTY)
    return path
