"""Plan and states together, against the oracle that asks minute by minute."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.models.warehouse import MODELS, days_that_differ_alone, inputs, read_up_to, stage
from tests.oracle.adherence import ALLOWED, Activities, Lived, Planned, day_of, judged

ZONE = "Europe/Berlin"
# Nights in which the clocks change, and one in which they do not.
STARTS = [
    datetime.fromisoformat(f"{day} 14:00") for day in ("2026-03-28", "2026-10-24", "2026-06-05")
]
BUILT = (
    *(
        "dim_interval",
        "dim_queue",
        "dim_site",
        "dim_agent",
        "dim_state",
        "state_map",
        "activity_map",
    ),
    *("agent_standing", "fact_agent_state", "agent_plan", "fact_agent_schedule_interval"),
)
SQL = {model.name: model.sql for model in MODELS if model.name in BUILT}
ACTIVITIES = Activities(
    classes={**{name: name for name in ALLOWED}, "lunch": "break", "class": "other_work"},
    allowed={**ALLOWED, "lunch": {"lunch"}, "class": {"training", "coaching"}},
)
STATES = [
    *((name, name, name) for name in ("handling", "wrap", "ringing", "available")),
    ("paused", "break", "lunch"),
    ("paused", "break", "break"),
    ("paused", "other_work", "training"),
    ("paused", "paused", "paused"),
]
MEASURES = (
    *("planned_ms", "unmapped_ms", "scheduled_ms", "scheduled_work_ms", "scheduled_other_work_ms"),
    *("in_adherence_ms", "worked_ms", "worked_unscheduled_ms", "absent_ms", "late_ms", "paid_ms"),
    *("paid_worked_ms", "paid_break_ms", "paid_other_work_ms", "paid_paused_ms", "paid_late_ms"),
    "paid_absent_ms",
)


def minutes(most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(0, most).map(lambda n: timedelta(minutes=n))


@st.composite
def plans(draw: st.DrawFn, start: datetime) -> list[Planned]:
    """Shifts of three days in up to two versions, with exceptions and overtime."""
    rows: dict[tuple[Any, ...], Planned] = {}
    versions = draw(st.sampled_from([[None], [1], [1, 2], [None, 2]]))
    for version in versions:
        made = None if version is None else start - timedelta(hours=5 - version)
        approved = None if made is None else made + draw(minutes(1200))
        for day in draw(st.sets(st.integers(0, 2), min_size=1)):
            at = start + timedelta(days=day) + draw(minutes(600))
            for _ in range(draw(st.integers(1, 4))):
                end = at + timedelta(minutes=draw(st.integers(1, 200)))
                activity = draw(st.sampled_from([*ACTIVITIES.classes, "odd", "work", "work"]))
                is_paid = draw(st.booleans())
                row = Planned(activity, at, end, "planned", is_paid, made, approved)
                rows["planned", at, activity, made] = row
                at = draw(st.sampled_from([end, end + timedelta(minutes=37), at]))
    for kind in draw(st.lists(st.sampled_from(["exception", "overtime"]), max_size=2)):
        at = start + draw(minutes(2880))
        end = at + timedelta(minutes=draw(st.integers(1, 1000)))
        activity = draw(st.sampled_from(["work", "absence", "class"]))
        approved = draw(st.sampled_from([None, at - timedelta(hours=1), at + timedelta(hours=1)]))
        rows[kind, at, activity, at] = Planned(activity, at, end, kind, True, at, approved)
    return list(rows.values())


@st.composite
def lives(draw: st.DrawFn, start: datetime) -> list[Lived]:
    """States of two sources, cut at local midnight as the warehouse has them."""
    found = []
    for source in draw(st.sampled_from([["pbx"], ["pbx", "chat"], []])):
        at = start + draw(minutes(900))
        for _ in range(draw(st.integers(1, 8))):
            end = at + timedelta(minutes=draw(st.integers(1, 240)))
            words = draw(st.sampled_from(STATES))
            found += [Lived(source, *words, *piece) for piece in _by_day(at, end)]
            at = end + draw(
                st.sampled_from([timedelta(), timedelta(minutes=11), timedelta(hours=9)])
            )
    return found


def _by_day(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    cuts = [start]
    while (at := cuts[-1] + timedelta(minutes=1)) < end:
        while at < end and day_of(at, ZONE) == day_of(cuts[-1], ZONE):
            at += timedelta(minutes=1)
        cuts.append(at)
    return list(zip(cuts, [*cuts[1:], end], strict=True))[: len(cuts) - (cuts[-1] == end)]


@st.composite
def centres(draw: st.DrawFn) -> tuple[dict[str, list[Planned]], dict[str, list[Lived]], datetime]:
    start = draw(st.sampled_from(STARTS))
    names = [f"agent {n}" for n in range(8)]
    states = {name: draw(lives(start)) for name in names}
    # Nothing is lived after the data ends.
    until = start + timedelta(days=3) + draw(minutes(600))
    cut = {name: [s for s in found if s.to_at <= until] for name, found in states.items()}
    return {name: draw(plans(start)) for name in names}, cut, until


def laid(
    plan: dict[str, list[Planned]], states: dict[str, list[Lived]], until: datetime
) -> duckdb.DuckDBPyConnection:
    """A warehouse in which the states are as given and the plan is staged."""
    first = until.date() - timedelta(days=6)
    con = inputs([ZONE], first, until.date() + timedelta(days=3))
    everywhere = {"zone": ZONE, "source": "wfm"}
    rows = [
        everywhere
        | {"agent": agent, "local_date": day_of(span.starts_at, ZONE), "activity": span.activity}
        | {"starts_at": span.starts_at, "ends_at": span.ends_at, "is_paid": span.is_paid}
        | {"kind": span.kind, "version_at": span.version_at, "approved_at": span.approved_at}
        for agent, spans in plan.items()
        for span in spans
    ]
    stage(con, "schedule", rows)
    known = [
        everywhere
        | {"activity": activity, "activity_class": ACTIVITIES.classes[activity]}
        | {"allowed_states": ";".join(sorted(ACTIVITIES.allowed[activity]))}
        for activity in ("lunch", "class")
    ]
    stage(con, "activity_map", known)
    read_up_to(con, {"pbx": until, "chat": until})
    con.execute("create schema core")
    for name in BUILT[:9]:
        con.execute(f"create table core.{name} as {SQL[name]}")
    con.executemany(
        """
        insert into core.fact_agent_state by name
        select ? as agent_id, ? as source, ? as state, ? as state_class, ? as mapped_state,
            ?::timestamp as from_at, ?::timestamp as to_at, ?::date as local_date, ? as zone
        """,
        [
            (
                *(agent, s.source, s.state, s.state_class, s.mapped_state, s.from_at, s.to_at),
                *(day_of(s.from_at, ZONE), ZONE),
            )
            for agent, spans in states.items()
            for s in spans
        ]
        or [("stranger", "pbx", *STATES[0], until, until + timedelta(hours=1), until.date(), ZONE)],
    )
    for name in BUILT[9:]:
        con.execute(f"create table core.{name} as {SQL[name]}")
    return con


def found_in(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, date, datetime], tuple[int, ...]]:
    rows = con.execute(
        f"""
        select agent_id, local_date, interval_start, {", ".join(MEASURES)}
        from core.fact_agent_schedule_interval
        """
    ).fetchall()
    found = {row[:3]: row[3:] for row in rows}
    assert len(found) == len(rows)
    return found


def _present_during_what_no_map_knows() -> tuple[
    dict[str, list[Planned]], dict[str, list[Lived]], datetime
]:
    """Logged in during an activity that no map knows, and not for the work after it: late."""
    at, hour = STARTS[-1], timedelta(hours=1)
    plan = [
        Planned("odd", at, at + 2 * hour, "planned", True, None, None),
        Planned("work", at + 3 * hour, at + 5 * hour, "planned", True, None, None),
    ]
    came = Lived("chat", *STATES[0], at + hour, at + 2 * hour)
    return {"agent 0": plan}, {"agent 0": [came]}, at + timedelta(days=3)


# A smaller example would take minutes to find, for each builds a warehouse.
@settings(max_examples=2, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(centres())
@example(_present_during_what_no_map_knows())
def test_quarter_hours_are_those_of_the_oracle(centre):
    plan, states, until = centre
    expected = {
        (agent, *cell): tuple(counts[name] * 60_000 for name in MEASURES)
        for agent, spans in plan.items()
        for cell, counts in judged(spans, states[agent], ZONE, ACTIVITIES, until).items()
    }
    with laid(plan, states, until) as con:
        assert found_in(con) == expected
        _assert_days_alone_are_the_same(con)


def _assert_days_alone_are_the_same(con: duckdb.DuckDBPyConnection) -> None:
    """Each day built alone has the rows that it has when all are built at once."""
    rows = con.execute("select distinct local_date from core.agent_plan order by 1").fetchall()
    days = [day for (day,) in rows]
    for name in BUILT[9:]:
        assert days_that_differ_alone(con, f"core.{name}", SQL[name], days) == [], name
