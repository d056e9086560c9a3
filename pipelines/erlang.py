"""How many agents a load needs: Erlang C (nobody gives up) and Erlang A (callers do).

Loads are in erlangs (contacts in progress at once), durations in seconds, shares from 0 to 1.
Everything is pure and the same on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, exp, log

_TINY = 1e-15
_HUGE = 1e200
_NODES = (
    (0.0950125098376374, 0.1894506104550685), (0.2816035507792589, 0.1826034150449236),
    (0.4580167776572274, 0.1691565193950025), (0.6178762444026438, 0.1495959888165767),
    (0.7554044083550030, 0.1246289712555339), (0.8656312023878318, 0.0951585116824928),
    (0.9445750230732326, 0.0622535239386479), (0.9894009349916499, 0.0271524594117541),
)  # fmt: skip
"""Gauss and Legendre's sixteen points, one half of them, with their weights."""
_FOLDS = 6.0
"""An integral is cut so that no piece grows or falls by more powers of e than these."""
_MOST_PIECES = 200
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
    queue = _Queue.of(load, agents, patience_s)
    in_time = queue.in_time(threshold_s)
    abandoned = queue.queued / patience_s / queue.arriving
    return Service(
        wait_share=queue.waiting,
        abandon_share=abandoned,
        answered_in_time=in_time,
        service_level=in_time / (1 - queue.gone_by(short_s)),
        occupancy=load.erlangs * (1 - abandoned) / agents,
        average_wait_s=queue.queued / queue.arriving,
    )


def level_with_patience(
    load: Load,
    agents: int,
    goals: Sequence[tuple[float, float]],
    patience_s: float,
    short_s: float = 5.0,
) -> float:
    """Service level of several limits at once, by Erlang A; 1 where nothing comes.

    Args:
        load: what arrives.
        agents: who is there, at least one.
        goals: (T in seconds, share of the arrivals that it holds for).
        patience_s: mean patience.
        short_s: limit t, as in `erlang_a`.
    """
    if load.erlangs == 0:
        return 1.0
    queue = _Queue.of(load, agents, patience_s)
    in_time = sum(share * queue.in_time(threshold) for threshold, share in goals)
    return in_time / (1 - queue.gone_by(short_s))


@dataclass(frozen=True)
class _Queue:
    """A queue in balance, whose callers give up at a steady rate."""

    arriving: float
    serving: float
    """Contacts that all agents together end in a second."""
    leaving: float
    log_busy: float
    """Logarithm of the share of time with all agents just busy: it may be too small for a float."""
    waiting: float
    queued: float

    @classmethod
    def of(cls, load: Load, agents: int, patience_s: float) -> "_Queue":
        arriving = load.contacts / load.interval_s
        serving, leaving = 1 / load.handle_s, 1 / patience_s
        log_busy, waiting, queued = _states(arriving, serving, leaving, agents)
        return cls(arriving, agents * serving, leaving, log_busy, waiting, queued)

    def in_time(self, threshold_s: float) -> float:
        """Share of arrivals answered within so many seconds."""
        return 1 - self.waiting + self._offered(threshold_s, self.leaving)

    def gone_by(self, short_s: float) -> float:
        """Share of arrivals who gave up within so many seconds."""
        still = self.waiting - self._offered(short_s, 0.0)
        stayed = exp(-self.leaving * short_s) * still
        return self.waiting - stayed - self._offered(short_s, self.leaving)

    def _offered(self, until: float, leaving: float) -> float:
        """Share of arrivals whose turn comes, after a wait of up to so long, before they leave.

        The density of the wait of who never gives up, times the chance to be there still.
        """
        scale = self.log_busy + log(self.serving)
        crowd = self.arriving / self.leaving

        def answered_at(at: float) -> float:
            faded = 1 - exp(-self.leaving * at)
            return exp(scale + crowd * faded - (self.serving + leaving) * at)

        first = self.arriving - self.serving
        last = self.arriving * exp(-self.leaving * until) - self.serving
        return _integral(answered_at, until, max(abs(first), abs(last)) * until / _FOLDS)


def _states(
    arriving: float, serving: float, leaving: float, agents: int
) -> tuple[float, float, float]:
    """Log of the share of time with all just busy, share with all busy, mean callers waiting."""
    # Relative to the state in which all are busy and nobody waits; made smaller where it overflows.
    below, weight, scaled = 0.0, 1.0, 0.0
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
        if above > _HUGE:
            above, queued, weight = above / _HUGE, queued / _HUGE, weight / _HUGE
            below, scaled = below / _HUGE, scaled + log(_HUGE)
    total = below + above
    return -scaled - log(total), above / total, queued / total


def _integral(of: Callable[[float], float], until: float, pieces: float) -> float:
    """From 0, by Gauss and Legendre's rule on so many pieces."""
    n = min(_MOST_PIECES, 1 + int(pieces))
    half = until / n / 2
    found = 0.0
    for piece in range(n):
        middle = (2 * piece + 1) * half
        for node, weight in _NODES:
            found += weight * (of(middle - half * node) + of(middle + half * node))
    return half * found


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
