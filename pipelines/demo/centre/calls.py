"""One call: what is known of it while it lasts, and the draws of its parts.

Pure draws only; the floor decides what they lead to.
"""

from math import log
from random import Random
from typing import NamedTuple

from pipelines.demo.centre.rng import hit, lognormal
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.stage import Worker
from pipelines.demo.centre.world import QUEUES, SECOND, Queue, Reason, queues_of

_TRANSFER, _ATTENDED, _OUTSIDE = 0.085, 0.35, 0.4
_HOLD, _CUSTOMER_ENDS = 0.17, 0.64
_SHORTEST_TALK = 12.0
_IMPATIENT = 0.012


class Call:
    """One contact by phone. Instants in ms; `ordinal` counts visits, `segments` legs."""

    __slots__ = (
        "attempt", "caused_by", "contact_id", "customer", "direction", "entered", "first_queue",
        "gives_up", "issue_id", "last_agent", "n_offers", "ordinal", "position", "queue", "reason",
        "related_id", "segments", "solved", "started", "state", "was_handled", "worker",
    )  # fmt: skip

    def __init__(
        self, contact_id: str, customer: int, queue: str, reason: Reason, started: int
    ) -> None:
        self.contact_id = contact_id
        self.customer = customer
        self.queue = self.first_queue = queue
        self.reason = reason
        self.started = self.entered = self.gives_up = started
        self.direction = "inbound"
        self.state = "menu"
        self.attempt = 1
        self.issue_id = ""
        self.caused_by: str | None = None
        self.related_id: str | None = None
        self.ordinal = self.segments = self.n_offers = self.position = 0
        self.worker: Worker | None = None
        self.last_agent: Worker | None = None
        self.solved = self.was_handled = False


class Plan(NamedTuple):
    """How one leg goes: durations in ms, who hangs up, and a transfer (kind, queue or number)."""

    talk_ms: int
    hold_ms: int
    wrap_ms: int
    ended_by: str
    transfer: str
    target: str
    expected_talk_ms: int | None = None
    """The mean of what `talk_ms` was drawn from; None of a call that a restart cut."""


def patience(rng: Random, queue: Queue, call: Call) -> int:
    """How long a caller waits at most, in ms: exponential, a few hang up at once."""
    if hit(rng, _IMPATIENT):
        return int(rng.uniform(0.8, 6) * SECOND)
    mean = queue.patience_s * (1.5 if call.ordinal > 1 else 1.0)
    seconds = min(8 + rng.weibullvariate(mean * 1.15, 1.25), queue.timeout_s)
    return int(seconds * SECOND)


def self_service(scenario: Scenario, site: str, at: int) -> float:
    """Factor on the chance that the menu can help by itself; 0 while it is broken."""
    return scenario.effect("self_service", site, at)


def conversation(scenario: Scenario, rng: Random, call: Call, worker: Worker, at: int) -> Plan:
    """Draw one leg: learning, reason, planted effects, hold, wrap and transfer."""
    queue = QUEUES[call.queue]
    pace = worker.pace * scenario.effect("talk", worker.person.site, at)
    pace *= scenario.effect("talk", worker.team, at)
    unskilled = 1.0 if worker.queues[0] == call.queue else 1.08
    mean_s = queue.talk_s * call.reason.talk * pace * unskilled
    talk_s = lognormal(rng, mean_s, 0.55)
    hold_s = lognormal(rng, 55, 0.6) if hit(rng, _HOLD) else 0.0
    wrap_s = min(-log((1 - rng.random()) * (1 - rng.random())) * queue.wrap_s / 2, 300.0)
    kind, target = _transfer(rng, call)
    if kind:
        mean_s, talk_s = mean_s * 0.5, talk_s * 0.5
    ended_by = "customer" if not kind and hit(rng, _CUSTOMER_ENDS) else "agent"
    return Plan(
        int(max(talk_s, _SHORTEST_TALK) * SECOND), int(hold_s * SECOND), int(wrap_s * SECOND),
        ended_by, kind, target, int(mean_s * SECOND),
    )  # fmt: skip


def _transfer(rng: Random, call: Call) -> tuple[str, str]:
    if call.segments or call.direction != "inbound" or not hit(rng, _TRANSFER):
        return "", ""
    if hit(rng, _OUTSIDE):
        return ("attended" if hit(rng, _ATTENDED) else "blind"), f"200{rng.randint(1, 4)}"
    others = [q.name for q in queues_of(QUEUES[call.queue].site) if q.name != call.queue]
    return "blind", rng.choice(others)
