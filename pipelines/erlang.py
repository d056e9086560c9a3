"""How many agents a load needs: Erlang C (nobody gives up) and Erlang A (callers do).

Loads are in erlangs (contacts in progress at once), durations in seconds, shares from 0 to 1.
Everything is pure and the same on every machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp

_TINY = 1e-15
_STEPS = 400
_MOST_AGENTS = 100_000


@dataclass(frozen=True)
class Load:
    """What arrives in one interval."""

    contacts: float
    interval_s: float
    handle_s: float
    """Mean handle time of one contact: talk, hold and wrap-up."""

    @property
    def erlangs(self) -> float:
        """Contacts in progress at once, were all answered at once."""
        return self.contacts * self.handle_s / self.interval_s


@dataclass(frozen=True)
class Service:
    """What callers meet."""

    wait_share: float
    """Share of arrivals that wait."""
    abandon_share: float
    """Share of arrivals that give up; 0 in Erlang C."""
    answered_in_time: float
    """Share of all arrivals answered within the threshold."""
    service_level: float
    """Answered within the threshold, over all but those who gave up within the short limit."""
    occupancy: float
    """Share of agents' time that is busy."""
    average_wait_s: float
    """Mean time in the queue, of all arrivals."""


def erlang_b(erlangs: float, agents: int) -> float:
    """Share of arrivals that find all agents busy when nobody may wait."""
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = erlangs * blocked / (busy + erlangs * blocked)
    return blocked


def erlang_c(load: Load, agents: int, threshold_s: float) -> Service | None:
    """Service when everybody waits for as long as it takes.

    Returns:
        None where the queue would grow without end: no more agents than erlangs.
    """
    erlangs = load.erlangs
    if agents <= erlangs:
        return None
    if erlangs == 0:
        return Service(0.0, 0.0, 1.0, 1.0, 0.0, 0.0)
    blocked = erlang_b(erlangs, agents)
    waiting = agents * blocked / (agents - erlangs * (1 - blocked))
    in_time = 1 - waiting * exp(-(agents - erlangs) * threshold_s / load.handle_s)
    average = waiting * load.handle_s / (agents - erlangs)
    return Service(waiting, 0.0, in_time, in_time, erlangs / agents, average)


def erlang_a(
    load: Load, agents: int, threshold_s: float, patience_s: float, short_s: float = 5.0
) -> Service | None:
    """Service when a caller gives up after a time that is exponential with mean `patience_s`.

    Args:
        load: what arrives.
        agents: who is there.
        threshold_s: T of the service level.
        patience_s: mean patience, as `average_patience` measures it.
        short_s: limit t: who gives up within it is left out of the service level.

    Returns:
        None without an agent.
    """
    if agents < 1:
        return None
    if load.erlangs == 0:
        return Service(0.0, 0.0, 1.0, 1.0, 0.0, 0.0)
    arriving, serving = load.contacts / load.interval_s, 1 / load.handle_s
    leaving = 1 / patience_s
    all_busy, waiting, queued = _states(arriving, serving, leaving, agents)

    def offered_wait(at: float) -> float:
        """Density of the wait that an arrival who never gives up would have, beyond zero."""
        crowd = arriving / leaving * (1 - exp(-leaving * at))
        return all_busy * agents * serving * exp(crowd - agents * serving * at)

    def answered_at(at: float) -> float:
        return offered_wait(at) * exp(-leaving * at)

    abandoned = queued * leaving / arriving
    in_time = 1 - waiting + _integral(answered_at, threshold_s)
    still = waiting - _integral(offered_wait, short_s)
    short = waiting - exp(-leaving * short_s) * still - _integral(answered_at, short_s)
    return Service(
        wait_share=waiting,
        abandon_share=abandoned,
        answered_in_time=in_time,
        service_level=in_time / (1 - short),
        occupancy=load.erlangs * (1 - abandoned) / agents,
        average_wait_s=queued / arriving,
    )


def _states(
    arriving: float, serving: float, leaving: float, agents: int
) -> tuple[float, float, float]:
    """Share of time with all agents just busy, with all busy at all, and mean callers waiting."""
    # Relative to the state in which all are busy and nobody waits, so that nothing overflows.
    below, weight = 0.0, 1.0
    for busy in range(agents, 0, -1):
        weight *= busy * serving / arriving
        below += weight
        if weight < _TINY * below:
            break
    above, queued, weight, waiting = 1.0, 0.0, 1.0, 0
    while waiting == 0 or weight > _TINY * above or arriving > agents * serving + waiting * leaving:
        waiting += 1
        weight *= arriving / (agents * serving + waiting * leaving)
        above += weight
        queued += waiting * weight
    total = below + above
    return 1 / total, above / total, queued / total


def _integral(of: Callable[[float], float], until: float) -> float:
    """From 0, by Simpson's rule."""
    step = until / _STEPS
    inner = sum((4 if n % 2 else 2) * of(n * step) for n in range(1, _STEPS))
    return step / 3 * (of(0.0) + inner + of(until))


def agents_needed(service: Callable[[int], Service | None], target: float) -> int | None:
    """The fewest agents whose service level reaches a target.

    Args:
        service: what so many agents give, such as `lambda n: erlang_c(load, n, 20)`.
        target: service level, 0 to below 1.

    Returns:
        None for a target that nobody can reach.
    """

    def reaches(agents: int) -> bool:
        found = service(agents)
        return found is not None and found.service_level >= target

    if not 0 <= target < 1:
        return None
    least, most = 0, 1
    while not reaches(most):
        least, most = most, most * 2
        if most > _MOST_AGENTS:
            return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if reaches(middle) else (middle, most)
    return most


def with_shrinkage(agents: int, shrinkage: float) -> int | None:
    """Agents to plan, so that so many are there when a share of paid time is lost.

    Returns:
        None where all time is lost.
    """
    if not 0 <= shrinkage < 1:
        return None
    # 21 / 0.7 is 30.000000000000004.
    return ceil(agents / (1 - shrinkage) - 1e-9)
