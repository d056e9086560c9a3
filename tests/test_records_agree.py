"""What the marts say of menus, dials, sales, people and customers is what the oracle says."""

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from pipelines.sql_models import load_models
from tests.generators import records
from tests.generators.feedback import ZONES, World
from tests.generators.records import AGENTS, MONTHS
from tests.models.warehouse import inputs, lay_again, make, needed_for
from tests.oracle.dials import dial_metrics, told_dial
from tests.oracle.linking import Handled, handled
from tests.oracle.menus import Session, menu_metrics, told_sessions
from tests.oracle.people import customer_metrics, headcount_metrics
from tests.oracle.placing import Cell, Centre, Part, Person, Place
from tests.oracle.sales import sale_metrics, sales_per_hour, told_orders

CENTRE = Centre("America/New_York", {name: Person(*where) for name, where in AGENTS.items()})
FACTS = (
    "fact_ivr_session", "fact_outbound_attempt", "fact_sale", "fact_headcount",
    "fact_customer_month", "fact_agent_state_interval",
)  # fmt: skip
STAGED = (
    "contact", "handle_segment", "ivr_session", "ivr_step", "outbound_attempt", "sale", "headcount",
    "customer", "customer_alias", "roster", "fx_rate", "agent_event",
)  # fmt: skip
SEEDS = range(3)
KINDS = ("all", "queue", "channel", "direction", "agent", "team", "site", "campaign")
FIRST, LAST = date(2026, 2, 15), date(2027, 5, 1)
"""Some records are before their contact, or more than a year late."""
A_CENT = Fraction(1, 100)
"""Each amount is rounded to four digits."""


class Marts:
    """The marts of these facts alone, built again for each world."""

    def __init__(self) -> None:
        models = load_models(facts=FACTS)
        self._models = needed_for(models, ["marts.kpi_day", "marts.kpi_month"])
        self.con = inputs([*ZONES.values(), CENTRE.zone], FIRST, LAST)
        self.con.execute("insert into ops.centre values ('made', ?, 'EUR')", [CENTRE.zone])

    def build(self, world: World) -> None:
        lay_again(self.con, world.tables, world.watermarks, staged=STAGED)
        make(self.con, self._models)

    def parts(self, grain: str, metrics: set[str]) -> dict[tuple[str, Cell], tuple[Any, Any]]:
        rows = self.con.execute(
            f"""
            select metric_id, scope_kind, scope_id, local_date, numerator, denominator
            from marts.kpi_{grain}
            where list_contains(?, metric_id) and list_contains(?, scope_kind)
            """,
            [sorted(metrics), list(KINDS)],
        ).fetchall()
        found = {(metric, (kind, which, day)): part for metric, kind, which, day, *part in rows}
        assert len(found) == len(rows)
        return found


def _told_sessions(world: World, contacts: dict[Any, Handled]) -> list[tuple[Place, Session]]:
    rows = world.tables
    told = rows["ivr_session"], rows["ivr_step"], contacts, rows["customer_alias"]
    return told_sessions(*told, watermarks=world.watermarks, centre=CENTRE)


def told_days(world: World) -> dict[tuple[str, Cell], Part]:
    """What the oracle says of days."""
    rows = defaultdict(list, world.tables)
    contacts = handled(rows["contact"], rows["handle_segment"])
    rates = {
        (row["currency"], row["period_on"]): Fraction(str(row["rate"])) for row in rows["fx_rate"]
    }
    sessions = _told_sessions(world, contacts)
    return {
        **menu_metrics(sessions),
        **dial_metrics(rows["outbound_attempt"], contacts, CENTRE),
        **sale_metrics(rows["sale"], contacts, ("EUR", rates), CENTRE),
        **sales_per_hour(rows, contacts, world.watermarks, CENTRE),
    }


def told_months(world: World) -> dict[tuple[str, Cell], Part]:
    """What the oracle says of months: of headcounts and customers."""
    rows = defaultdict(list, world.tables)
    return {
        **headcount_metrics(rows["headcount"], CENTRE.people.values()),
        **customer_metrics(rows["customer"], MONTHS, world.watermarks),
    }


def _same(said: Any, told: Fraction | int | None) -> bool:
    """Where there are no rows, both are nothing."""
    if said is None or told is None:
        return said is None and told is None
    return abs(Fraction(said) - told) < A_CENT


def differences(
    said: dict[tuple[str, Cell], tuple[Any, Any]], told: dict[tuple[str, Cell], Part]
) -> list[str]:
    """Numbers that are not the same; of a cell without rows both parts are 0."""
    is_ratio = {name: bottom is not None for (name, _), (_, bottom) in told.items()}
    found = []
    for name, cell in sorted(said.keys() | told.keys(), key=str):
        nothing = (0, 0 if is_ratio[name] else None)
        ours, theirs = told.get((name, cell), nothing), said.get((name, cell), nothing)
        if not all(map(_same, theirs, ours)):
            found.append(f"{name} {cell}: {theirs}, and the oracle {ours}")
    return found


@pytest.fixture(scope="module")
def marts() -> Marts:
    return Marts()


@pytest.mark.parametrize(
    "seed", [*SEEDS, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 40))]
)
def test_marts_say_what_the_oracle_says(marts: Marts, seed: int):
    world = records.make(Random(seed))  # noqa: S311  equal from run to run
    marts.build(world)
    days, months = told_days(world), told_months(world)
    assert differences(marts.parts("day", {name for name, _ in days}), days) == []
    assert differences(marts.parts("month", {name for name, _ in months}), months) == []


def test_the_worlds_hold_what_decides():
    """Enough of them, that is: a comparison of empty cells would agree as well."""
    seen: dict[str, set[Any]] = defaultdict(set)
    counted: Counter[str] = Counter()
    for seed in SEEDS:
        world = records.make(Random(seed))  # noqa: S311
        rows = world.tables
        contacts = handled(rows["contact"], rows["handle_segment"])
        for _, session in _told_sessions(world, contacts):
            seen["mature"].add(session.is_mature)
            seen["again"].add(session.came_again)
            seen["done"] |= set(session.tasks.values())
        for dial in map(told_dial, rows["outbound_attempt"]):
            for name, flag in dial._asdict().items():
                seen[name].add(flag)
        for order in told_orders(rows["sale"], contacts, CENTRE):
            seen["refunded"].add((order.has("upsell"), order.has("refund")))
            seen["linked"].add(order.contact is not None)
        parts = told_days(world) | told_months(world)
        for (name, _), (top, bottom) in parts.items():
            counted[name] += bool(top) and bottom != top
            seen["known"].add(top is not None)
    assert seen.pop("refunded") == {(a, b) for a in (True, False) for b in (True, False)}
    for name in ("mature", "done", "linked", "known"):
        assert seen.pop(name) == {True, False}, name
    assert all(flags == {True, False, None} for flags in seen.values()), seen
    # Of each metric many cells are neither nothing nor all.
    assert min(counted.values()) >= 5, counted
    assert len(counted) == 21
