"""What contacts cost, cost by cost and leg by leg: slow, plain, nothing of callmart imported."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Agent:
    """Where an agent belongs, and what an hour costs."""

    team: str
    site: str
    hourly: Fraction | None
    currency: str | None


@dataclass(frozen=True)
class Cost:
    """A cost on record."""

    month: date
    level: str
    of: str
    kind: str
    amount: Fraction
    currency: str


@dataclass(frozen=True)
class Leg:
    """A leg with a customer."""

    day: date
    agent: str
    queue: str
    handle_ms: int


Rates = tuple[str, Mapping[tuple[str, date], Fraction]]
"""The reporting currency, and what others are worth in it, by currency and month."""


def _turned(
    amount: Fraction | None, currency: str | None, month: date, rates: Rates
) -> Fraction | None:
    to, worth = rates
    if amount is None or currency is None:
        return None
    if currency == to:
        return amount
    rate = worth.get((currency, month))
    return None if rate is None else amount * rate


def _covers(cost: Cost, agent: Agent) -> bool:
    return cost.level == "all" or cost.of == (agent.site if cost.level == "site" else agent.team)


def cost_by_queue(
    agents: Mapping[str, Agent],
    costs: Iterable[Cost],
    legs: Iterable[Leg],
    paid: Mapping[tuple[str, date], int],
    *,
    rates: Rates,
) -> dict[tuple[date, str | None], Fraction | None]:
    """Month and queue (None: nobody handled anything) -> cost; None where it is not known.

    Args:
        agents: by name.
        costs: on record.
        legs: with customers.
        paid: agent and month -> paid milliseconds.
        rates: reporting currency, and what others are worth.
    """
    costs, legs = list(costs), list(legs)
    pools: list[tuple[date, list[str], Fraction | None, str | None]] = [
        (c.month, [a for a in agents if _covers(c, agents[a])], c.amount, c.currency) for c in costs
    ]
    for (name, month), ms in paid.items():
        agent = agents[name]
        on_record = [c for c in costs if c.month == month and c.kind == "labour"]
        if ms and not any(_covers(c, agent) for c in on_record):
            amount = None if agent.hourly is None else agent.hourly * Fraction(ms, HOUR_MS)
            pools.append((month, [name], amount, agent.currency))
    found: dict[tuple[date, str | None], list[Fraction | None]] = defaultdict(list)
    for month, among, amount, currency in pools:
        own = [leg for leg in legs if leg.agent in among and leg.day.replace(day=1) == month]
        total = sum(leg.handle_ms for leg in own)
        known = _turned(amount, currency, month, rates)
        if not total:
            found[month, None].append(known)
        for leg in own:
            if leg.handle_ms:
                share = None if known is None else known * Fraction(leg.handle_ms, total)
                found[month, leg.queue].append(share)
    return {
        key: None if None in shares else sum((s for s in shares if s is not None), Fraction(0))
        for key, shares in found.items()
    }
