"""How many agents a forecast needs, quarter hour by quarter hour.

As `core.staffing_requirement` does it: every agent of a group serves all its queues, and as many
contacts have to be answered in time as the goals of the queues together want. Without shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from pipelines.erlang import Load, level_with_patience
from reports.forecasting.series import SLOT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_ERLANGS = 9000
"""Beyond it nothing is said, as in the warehouse."""
_MOST_AGENTS = 100_000
_EXACT = 1e-9


@dataclass(frozen=True)
class Limit:
    """A part of a quarter hour's contacts, and what is asked for it."""

    contacts: float
    handle_s: float
    threshold_s: float
    goal: float
    """Share to be answered within the threshold, from 0 to below 1."""


@dataclass(frozen=True)
class Asked:
    """A group's quarter hour: its load, and what is asked for it."""

    load: Load
    shares: tuple[tuple[float, float], ...]
    """(threshold in seconds, share of the contacts)"""
    goal: float

    @classmethod
    def of(cls, limits: Sequence[Limit]) -> Asked | None:
        """The load of several queues together; None where nothing comes or no number is enough."""
        contacts = sum(limit.contacts for limit in limits)
        seconds = sum(limit.contacts * limit.handle_s for limit in limits)
        goal = sum(limit.contacts * limit.goal for limit in limits)
        if contacts <= 0 or seconds <= 0 or not 0 <= goal < contacts:
            return None
        if seconds / SLOT_S > MOST_ERLANGS:
            return None
        of: dict[float, float] = {}
        for limit in limits:
            of[limit.threshold_s] = of.get(limit.threshold_s, 0.0) + limit.contacts / contacts
        return cls(Load(contacts, SLOT_S, seconds / contacts), tuple(of.items()), goal / contacts)


def agents_c(asked: Asked) -> int | None:
    """The fewest agents by Erlang C: everybody waits for as long as it takes."""
    erlangs, handle_s = asked.load.erlangs, asked.load.handle_s
    blocked = 1.0
    for agents in range(1, _MOST_AGENTS):
        blocked = erlangs * blocked / (agents + erlangs * blocked)
        if agents <= erlangs:
            continue
        waiting = agents * blocked / (agents - erlangs * (1 - blocked))
        in_time = 1 - waiting * sum(
            share * exp((erlangs - agents) * threshold / handle_s)
            for threshold, share in asked.shares
        )
        if in_time >= asked.goal - _EXACT:
            return agents
    return None


def agents_a(asked: Asked, patience_s: float, short_s: float, guess: int = 1) -> int | None:
    """The fewest agents by Erlang A: callers give up after `patience_s` seconds on average.

    Args:
        asked: what comes, and what is asked for it.
        patience_s: mean patience.
        short_s: who gives up within so many seconds is left out of the service level.
        guess: where to begin to look.
    """

    def reaches(agents: int) -> bool:
        found = level_with_patience(asked.load, agents, asked.shares, patience_s, short_s)
        return found >= asked.goal - _EXACT

    return _fewest(reaches, max(1, guess))


def _fewest(reaches: Callable[[int], bool], guess: int) -> int | None:
    """The least number that reaches, of which all larger ones do too, sought around a guess."""
    least, most, step = 0, 0, 1
    if reaches(guess):
        most = guess
        while most - step >= 1 and reaches(most - step):
            most -= step
            step *= 2
        least = max(0, most - step)
    else:
        least = guess
        while not reaches(least + step):
            least += step
            step *= 2
            if least > _MOST_AGENTS:
                return None
        most = least + step
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if reaches(middle) else (middle, most)
    return most
