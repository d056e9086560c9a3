"""Agents required, of the SQL and of `pipelines/erlang.py`: two ways to Erlang C, one answer."""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.erlang import Load, Service, agents_needed, erlang_c
from pipelines.sql_models.empty import empty_inputs
from tests.models.warehouse import MODELS

DAY = date(2026, 1, 5)
AT = datetime.fromisoformat("2026-01-05 10:00:00")
SQL = {model.name: model for model in MODELS}["staffing_requirement"].sql
NEAR = 1e-7
"""A goal so near to what some number of agents gives may fall to either side."""


@dataclass(frozen=True)
class Queue:
    """A queue of one staffing group: visits, T in seconds and goal in percent."""

    n_visits: int
    threshold_s: int
    goal: float


@dataclass(frozen=True)
class Group:
    """A staffing group in one quarter hour."""

    handle_s: int
    queues: tuple[Queue, ...]

    @property
    def load(self) -> Load:
        return Load(sum(q.n_visits for q in self.queues), 900, self.handle_s)

    @property
    def goal(self) -> float:
        wanted = sum(q.n_visits * q.goal for q in self.queues)
        return wanted / 100 / self.load.contacts

    def service(self, agents: int) -> Service | None:
        """Of all queues together: who comes first is served first."""
        found = [erlang_c(self.load, agents, q.threshold_s) for q in self.queues]
        if not found or found[0] is None:
            return None
        level = sum(
            q.n_visits * s.service_level for q, s in zip(self.queues, found, strict=True) if s
        )
        return Service(0, 0, 0, level / self.load.contacts, 0, 0)


QUEUES = st.builds(
    Queue,
    st.integers(1, 60),
    st.sampled_from([0, 5, 10, 20, 30, 60, 3600, 86_400]),
    st.sampled_from([0.0, 50.0, 80.0, 90.0, 95.5, 99.0, 99.9]),
)
GROUPS = st.builds(Group, st.integers(1, 1800), st.lists(QUEUES, min_size=1, max_size=3).map(tuple))


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = empty_inputs()
    con.execute("create schema core")
    con.execute("""
        create table core.queue_demand (
            queue_id varchar, staffing_group varchar, interval_start timestamp, local_date date,
            n_visits bigint, n_handled_visits bigint, handle_ms bigint,
            forecast_volume decimal(18, 4), forecast_handle_ms bigint,
            service_level_s bigint, service_level_goal double
        )
    """)
    return con


def required(con: duckdb.DuckDBPyConnection, groups: list[Group]) -> list[tuple[int, int]]:
    """Agents required of each group, for what came and for as many expected."""
    con.execute("delete from core.queue_demand")
    rows = []
    for place, group in enumerate(groups):
        for number, q in enumerate(group.queues):
            handle_ms = q.n_visits * group.handle_s * 1000
            came = (q.n_visits, q.n_visits, handle_ms)
            expected = (q.n_visits, handle_ms)
            limits = (q.threshold_s, q.goal)
            rows.append([str(number), f"{place:04}", AT, DAY, *came, *expected, *limits])
    con.executemany(f"insert into core.queue_demand values ({', '.join('?' * 11)})", rows)
    return con.execute(
        f"select required_agents, required_agents_forecast from ({SQL}) order by staffing_group"
    ).fetchall()


def assert_same(con: duckdb.DuckDBPyConnection, groups: list[Group]) -> None:
    for group, (came, expected) in zip(groups, required(con, groups), strict=True):
        assert came == expected
        needed = {agents_needed(group.service, group.goal + off) for off in (-NEAR, 0, NEAR)}
        assert came in needed, group


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.lists(GROUPS, min_size=40, max_size=80))
def test_it_is_as_the_formulas_have_it(con, groups):
    assert_same(con, groups)


def test_great_groups_and_high_goals(con):
    shapes = [
        (1, 20, 80.0),
        (20, 20, 80.0),
        (900, 0, 99.999),
        (9_000, 20, 80.0),
        (40_000, 60, 95.0),
    ]
    assert_same(con, [Group(180, (Queue(*shape),)) for shape in shapes])


def test_more_than_nine_thousand_erlangs_are_not_asked(con):
    assert required(con, [Group(900, (Queue(9_000, 20, 80.0),))]) == [(None, None)]
