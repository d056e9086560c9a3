"""What contacts cost: golden numbers through the marts, and made months against a slow oracle."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pytest

from tests.models.golden import Golden, assert_golden
from tests.models.mutants import survivors
from tests.models.refill import Refill
from tests.models.warehouse import (
    MODELS,
    build_plainly,
    inputs,
    make,
    models_with_rows,
    needed_for,
    read_up_to,
    stage,
)
from tests.oracle.costs import Agent, Cost, Leg, cost_by_queue

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
TEN = datetime.fromisoformat("2026-01-05 10:00:00")
SHARED = ("exchange_rate", "fact_cost", "fact_labour", "fact_cost_share")
CHANGED = ("fact_sale", "fact_cost", "fact_labour", "fact_cost_share")
SQL = {model.name: model.sql for model in MODELS if model.name in SHARED}
SEEDS = range(25)
READ = ("dim_agent", "fact_handle_segment", "fact_agent_schedule_interval")


def on(at: datetime, **columns: Any) -> dict[str, Any]:
    return {"source": "pbx", "zone": "Etc/UTC", "local_date": at.date()} | columns


# --- golden ---------------------------------------------------------------------------------------


def _call(con: duckdb.DuckDBPyConnection, name: str, at: datetime, **columns: Any) -> None:
    known = {"root_contact_id": name, "direction": "inbound", "kind": "customer"}
    known |= {"channel": "voice", "customer_ref": None, "is_open": False}
    known |= {"is_in_queue_log": True, "is_in_cdr": False, "ended_at": at + timedelta(minutes=1)}
    stage(con, "contact", [on(at, contact_id=name, started_at=at) | known | columns])


def _leg(
    con: duckdb.DuckDBPyConnection, name: str, at: datetime, agent: str = "anna", minutes: int = 1
) -> None:
    stage(con, "handle_segment", [
        on(at, contact_id=name, segment_ordinal=1, segment_repeat=1, channel="voice",
           agent=agent, role="customer", connected_at=at, ended_at=at + timedelta(minutes=1),
           talk_ms=60_000 * minutes, talk_includes_hold=True, is_talk_unreliable=False,
           is_open=False, is_cut=False)
    ])  # fmt: skip


def _contacts(con: duckdb.DuckDBPyConnection) -> None:
    """Ten calls: anna handles eight of a minute each, bert two of six minutes; two come again.

    Of two nobody knows who called. A call that nobody took and one between agents are none of the
    ten; in December and February anna takes one each.
    """
    for n in range(10):
        at, ref = TEN + n * timedelta(minutes=10), f"c_{n % 8}"
        _call(con, f"c{n}", at, customer_ref=None if n in (6, 7) else ref)
        _leg(con, f"c{n}", at, *(("anna", 1) if n < 8 else ("bert", 6)))
    _call(con, "lost", TEN)
    _call(con, "asked", TEN, kind="consult")
    _leg(con, "asked", TEN)
    for name, at in (("december", TEN - timedelta(days=8)), ("february", TEN + timedelta(days=30))):
        _call(con, name, at, customer_ref=name)
        _leg(con, name, at)


def _money(con: duckdb.DuckDBPyConnection) -> None:
    dated = {"source": "hr", "zone": "Etc/UTC"}
    for month, level, of, kind, amount, currency in (
        (JANUARY, "all", "all", "overhead", "100", "EUR"),
        (JANUARY, "site", "Dublin", "telecom", "50", "USD"),
        (JANUARY, "team", "blue", "labour", "30", "EUR"),
        # Of February nobody knows what a dollar is worth.
        (FEBRUARY, "all", "all", "overhead", "10", "USD"),
    ):
        stage(con, "cost", [dated | {"period_on": month, "scope_kind": level, "scope_id": of,
              "kind": kind, "cost_amount": Decimal(amount), "currency": currency}])  # fmt: skip
    for name, contact, kind, amount, currency in (
        ("o0", "c0", "order", "80", "EUR"),
        ("p0", "c0", "payment", "80", "EUR"),
        ("o1", "c1", "order", "50", "USD"),
        ("o2", None, "order", "20", "EUR"),
        ("o3", "february", "order", "30", "EUR"),
        ("o4", "february", "order", "30", "USD"),
    ):
        at = TEN if contact != "february" else TEN + timedelta(days=30)
        order = {"sale_id": name, "contact_id": contact, "kind": kind, "sold_at": at}
        stage(con, "sale", [on(at, sale_amount=Decimal(amount), currency=currency) | order])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = inputs(["Etc/UTC"], date(2026, 1, 1), date(2026, 2, 28))
    con.execute("insert into ops.centre values ('made', 'Etc/UTC', 'EUR')")
    _contacts(con)
    dated = {"source": "hr", "zone": "Etc/UTC"}
    for agent, team in (("anna", "red"), ("bert", "blue")):
        known = {"valid_from": date(2025, 1, 1), "is_inferred": False, "site": "Dublin"}
        stage(con, "roster", [dated | known | {"agent": agent, "team": team}])
    _money(con)
    con.execute(
        "insert into staging.fx_rate by name select 'hr' as source, 'Etc/UTC' as zone, "
        "date '2026-01-01' as period_on, 'USD' as currency, 'EUR' as to_currency, 0.8 as rate"
    )
    read_up_to(con, {"pbx": datetime.fromisoformat("2026-02-20 00:00:00")})
    build_plainly(con, "marts.v_kpi_month", "core.exchange_rate", "core.fact_cost_share")
    return con


def of_month(con: duckdb.DuckDBPyConnection, metric: str, scope: str, which: str) -> Any:
    row = con.execute(
        """
        select value from marts.v_kpi_month
        where metric_id = ? and local_date = ? and scope_kind = ? and scope_id = ?
        """,
        [metric, JANUARY, scope, which],
    ).fetchone()
    return None if row is None or row[0] is None else round(float(row[0]), 4)


DECEMBER = date(2025, 12, 1)
GOLDEN = [
    Golden(metric, expected, month, scope, which, "month")
    for metric, month, scope, which, expected in (
        # 100 of the centre, 50 x 0.8 of the site, 30 of a team; ten contacts.
        ("cost_per_contact", JANUARY, "all", "all", 17),
        # 8 of 20 minutes of the 140; and the other 12 with the 30 of the team.
        ("cost_per_contact", JANUARY, "team", "red", 7),
        ("cost_per_contact", JANUARY, "agent", "bert", 57),
        # No cost is on record, and of one nobody knows what it is worth.
        ("cost_per_contact", DECEMBER, "all", "all", None),
        ("cost_per_contact", FEBRUARY, "all", "all", None),
        ("cost_per_resolution", DECEMBER, "all", "all", None),
        ("cost_per_resolution", FEBRUARY, "all", "all", None),
        # Two of the eight who are known came again, so 2.5 of the ten.
        ("cost_per_resolution", JANUARY, "all", "all", 170 / 7.5),
        ("revenue_per_contact", JANUARY, "all", "all", 12),
        ("revenue_per_contact", JANUARY, "agent", "anna", 15),
        ("revenue_per_contact", FEBRUARY, "all", "all", None),
        # 80, 50 x 0.8 and 20, which came from no contact; 30 and what nobody knows.
        ("average_order_value", JANUARY, "all", "all", 140 / 3),
        ("average_order_value", FEBRUARY, "all", "all", 30),
    )
]


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_golden_numbers(con, golden):
    assert_golden(con, golden)


def test_mutants_give_other_numbers(con):
    # Nothing but an order has revenue: what counts it or adds it up need not ask for orders.
    any_kind = "revenue_per_contact, above: kind = 'order' AND is_of_handled -> is_of_handled"
    assert survivors(con, GOLDEN) == [
        any_kind,
        any_kind,
        "average_order_value, above: SUM(revenue_amount) FILTER(WHERE kind = 'order') "
        "-> SUM(revenue_amount)",
        "average_order_value, below: COUNT(revenue_amount) FILTER(WHERE kind = 'order') "
        "-> COUNT(revenue_amount)",
    ]


def test_without_a_rate_nothing_is_known(con):
    con.execute("begin")
    try:
        con.execute("delete from core.exchange_rate where currency = 'USD'")
        models = needed_for(models_with_rows(con), ["marts.v_kpi_month"])
        make(con, [m for m in models if m.name in CHANGED or m.name.endswith("_parts")])
        for metric in ("cost_per_contact", "cost_per_resolution", "revenue_per_contact"):
            assert of_month(con, metric, "all", "all") is None, metric
        # Of two orders it is known what they brought.
        assert of_month(con, "average_order_value", "all", "all") == 50.0
    finally:
        con.execute("rollback")


# --- oracle ---------------------------------------------------------------------------------------


def _made(random: Random) -> tuple[dict[str, Agent], list[Cost], list[Leg], dict, dict]:
    agents = {
        name: Agent(
            random.choice(["red", "blue"]), random.choice(["Dublin", "Manila"]),
            random.choice([Fraction(25), Fraction("17.5"), None]), random.choice(["EUR", "USD"]),
        )
        for name in ("anna", "bert", "carl", "dora")
    }  # fmt: skip
    levels = [("all", "all"), ("site", "Dublin"), ("site", "Manila"), ("team", "red")]
    costs = {
        (month, level, kind): Cost(
            month, *level, kind, Fraction(random.randrange(-(10**6), 10**7), 10**4), currency
        )
        for month in (JANUARY, FEBRUARY)
        for level in levels
        for kind in ("labour", "overhead", "telecom")
        if random.random() < 0.35
        for currency in [random.choice(["EUR", "EUR", "EUR", "USD", "PHP"])]
    }
    legs = [
        Leg(JANUARY + timedelta(days=random.randrange(59)), random.choice(sorted(agents)),
            random.choice(["sales", "help"]), random.randrange(4) * random.randrange(10**6))
        for _ in range(random.randrange(25))
    ]  # fmt: skip
    paid = {
        (name, month): random.randrange(1, 10**6)
        for name in agents
        for month in (JANUARY, FEBRUARY)
        if random.random() < 0.5
    }
    rates = {("USD", JANUARY): Fraction("0.9"), ("PHP", FEBRUARY): Fraction("0.0161")}
    return agents, list(costs.values()), legs, paid, rates


def _lay(con: duckdb.DuckDBPyConnection, refill: Refill, made: tuple[Any, ...]) -> None:
    agents, costs, legs, paid, rates = made
    made_of = (*(f"core.{name}" for name in READ), "staging.cost", "staging.fx_rate")
    for table in (*made_of, *(f"core.{name}" for name in SHARED)):
        con.execute(f"delete from {table}")
    keys = {name: n for n, name in enumerate(sorted(agents))}
    known = {"source": "x", "zone": "Etc/UTC"}
    refill.lay("core.dim_agent", [
        {"agent_key": keys[n], "agent_id": n, "team": a.team, "site": a.site,
         "hourly_cost": None if a.hourly is None else Decimal(float(a.hourly)),
         "currency": a.currency, "valid_from": date(2025, 1, 1), "valid_to": date(2027, 1, 1)}
        for n, a in agents.items()
    ])  # fmt: skip
    refill.lay("core.fact_handle_segment", [
        {"segment_key": n, "agent_id": leg.agent, "agent_key": keys[leg.agent], "queue_key": -1,
         "queue_id": leg.queue, "channel": "voice", "direction": "inbound", "role": "customer",
         "kind": "customer", "local_date": leg.day, "talk_ms": leg.handle_ms}
        for n, leg in enumerate(legs)
    ])  # fmt: skip
    refill.lay("core.fact_agent_schedule_interval", [
        {"agent_id": name, "agent_key": keys[name], "local_date": month, "zone": "Etc/UTC",
         "paid_ms": ms}
        for (name, month), ms in paid.items()
    ])  # fmt: skip
    refill.lay("staging.cost", [
        known | {"period_on": c.month, "scope_kind": c.level, "scope_id": c.of, "kind": c.kind,
                 "cost_amount": Decimal(c.amount.numerator) / Decimal(c.amount.denominator),
                 "currency": c.currency}
        for c in costs
    ])  # fmt: skip
    refill.lay("staging.fx_rate", [
        known | {"period_on": month, "currency": c, "to_currency": "EUR", "rate": float(rate)}
        for (c, month), rate in rates.items()
    ])  # fmt: skip
    for name in SHARED:
        refill.fill(f"core.{name}", SQL[name])


@pytest.fixture(scope="module")
def empty() -> tuple[duckdb.DuckDBPyConnection, Refill]:
    con = inputs(["Etc/UTC"], date(2026, 1, 1), date(2026, 2, 28))
    con.execute("insert into ops.centre values ('made', 'Etc/UTC', 'EUR')")
    build_plainly(con, "core.fact_cost_share", "core.fact_agent_schedule_interval")
    return con, Refill(con)


@pytest.mark.parametrize("seed", SEEDS)
def test_made_months_cost_what_the_oracle_says(empty, seed):
    made = _made(Random(seed))  # noqa: S311
    con, refill = empty
    _lay(con, refill, made)
    agents, costs, legs, paid, rates = made
    expected = cost_by_queue(agents, costs, legs, paid, rates=("EUR", rates))
    found: dict[Any, list[Any]] = defaultdict(list)
    for month, queue, amount in con.execute(
        "select local_date, queue_id, reporting_amount from core.fact_cost_share"
    ).fetchall():
        found[month, queue].append(amount)
    assert found.keys() == expected.keys()
    for key, amounts in found.items():
        known = expected[key]
        if known is None:
            assert None in amounts, key
        else:
            # Each share is rounded to four digits.
            assert abs(sum(map(Fraction, amounts)) - known) < Fraction(1, 200), key


def test_the_made_months_hold_what_decides():
    every = [_made(Random(seed)) for seed in SEEDS]  # noqa: S311
    assert any(c.kind == "labour" and c.level == "team" for made in every for c in made[1])
    assert any(c.currency == "PHP" and c.month == JANUARY for made in every for c in made[1])
    assert any(not made[2] for made in every) or any(not made[1] for made in every)
    assert any(a.hourly is None for made in every for a in made[0].values())
