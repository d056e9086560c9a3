"""The event loop that all work shares: a heap of instants, and people who come, pause and go.

Subclasses say what an available person does (`take_work`). A person who is busy when a break or
the end of the shift is due finishes first.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any

from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.people import Person
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift, Span
from pipelines.demo.centre.world import DAY, MINUTE, instant

OFF, FREE, RINGING, BUSY, WRAP, AWAY = (
    "off", "available", "ringing", "handling", "wrap", "away",
)  # fmt: skip
_SHORTEST_PAUSE = 2 * MINUTE


class Worker:
    """One person at work now: state, since when, and what waits to be done."""

    __slots__ = (
        "agent_id", "call", "due", "is_leaving", "load", "pace", "person", "presence",
        "queues", "reason", "shift", "since", "solving", "spell", "state", "team", "token",
    )  # fmt: skip

    def __init__(self, person: Person) -> None:
        self.person = person
        self.agent_id = person.agent_id
        self.queues: tuple[str, ...] = ()
        self.state = OFF
        self.reason = ""
        self.since = 0
        self.token = 0
        self.load = 0
        self.call: Any = None
        self.due: list[Span] = []
        self.is_leaving = False
        self.presence: list[tuple[int, int, str]] = []
        self.spell = (0, "work")
        self.shift: Shift | None = None
        self.team, self.pace, self.solving = "", 1.0, 1.0

    def begin(self, shift: Shift, at: int) -> None:
        """Start a shift: today's team and queues, and how far the learning has come."""
        person, day = self.person, shift.day
        team = person.team(day)
        self.shift, self.team, self.queues = shift, team.name, team.queues
        self.pace, self.solving = person.pace(day), person.solving(day)
        self.state, self.since, self.reason = FREE, at, ""
        self.is_leaving, self.due, self.presence = False, [], []
        self.spell = (at, "work")


class Stage:
    """People and events of one kind of work at one site."""

    kind = ""

    def __init__(self, scenario: Scenario, site: str, shifts: list[Shift], ledger: Ledger) -> None:
        self.scenario = scenario
        self.site = scenario.site(site)
        self.name = site
        self.ledger = ledger
        self.rng: Random = scenario.rng(self.kind, site)
        self.heap: list[tuple[int, int, Callable[..., None], Any, Any]] = []
        self.pushed = 0
        self.now = 0
        self.workers: dict[str, Worker] = {}
        self.by_day: dict[Any, list[Shift]] = {}
        for shift in shifts:
            if shift.person.kind == self.kind:
                self.by_day.setdefault(shift.day, []).append(shift)
        self.states = ledger.rows["states"]

    # --- the loop

    def push(self, at: int, handler: Callable[..., None], subject: Any, extra: Any = None) -> None:
        """Do `handler(at, subject, extra)` at that instant, in the order of pushing."""
        self.pushed += 1
        heappush(self.heap, (at, self.pushed, handler, subject, extra))

    def run(self) -> None:
        """Play all days; what began on the last day is played to its end."""
        for day in self.scenario.dates:
            self.load(day)
            self._play(instant(day, 0, self.site.zone) + DAY)
            self.ledger.compact()
        self._play(None)

    def _play(self, until: int | None) -> None:
        heap = self.heap
        while heap and (until is None or heap[0][0] < until):
            at, _, handler, subject, extra = heappop(heap)
            self.now = at
            handler(at, subject, extra)

    def load(self, day: Any) -> None:
        """Put the day's log-ins and contacts on the heap."""
        for shift in self.by_day.get(day, ()):
            if shift.is_absent:
                self._attend(shift, None, [])
            else:
                self.push(shift.login, self.log_in, shift)

    # --- coming, pausing, going

    def log_in(self, at: int, shift: Shift, _: Any) -> None:
        """The person logs in; the plan's breaks and the end of the shift are put on the heap."""
        person = shift.person
        worker = self.workers.get(person.agent_id)
        if worker is None:
            worker = self.workers[person.agent_id] = Worker(person)
        if worker.state != OFF:
            self._attend(shift, None, [])
            return
        worker.begin(shift, at)
        for span in shift.away:
            # Nobody watches the clock to the second.
            start = span.starts + int(self.rng.gauss(0.4, 1.0) * MINUTE)
            self.push(max(start, at), self._spell_due, worker, (span, shift))
        self.push(shift.logout, self._leaving_due, worker, shift)
        self.take_work(at, worker)

    def take_work(self, at: int, worker: Worker) -> None:
        """Called when somebody is available."""
        raise NotImplementedError

    def drop_idle(self, worker: Worker) -> None:
        """Called when somebody who was available no longer is."""

    def enter(self, worker: Worker, at: int, state: str, reason: str = "") -> None:
        """Change a state; the one before goes into the ledger."""
        if at > worker.since and worker.state != OFF:
            self.states.append(
                (worker.agent_id, self.name, worker.since, at, worker.state, worker.reason)
            )
        worker.state, worker.reason, worker.since = state, reason, at

    def _spell_due(self, at: int, worker: Worker, planned: tuple[Span, Shift]) -> None:
        span, shift = planned
        if worker.shift is not shift or worker.state == OFF:
            return
        if worker.state == FREE and worker.load == 0:
            self._go_away(at, worker, span)
        else:
            worker.due.append(span)

    def _go_away(self, at: int, worker: Worker, span: Span) -> None:
        self.drop_idle(worker)
        self.enter(worker, at, AWAY, span.activity)
        self._spell(worker, at, span.activity)
        length = span.ends - span.starts + int(self.rng.gauss(0.3, 1.0) * MINUTE)
        self.push(at + max(length, _SHORTEST_PAUSE), self._spell_over, worker, worker.shift)

    def _spell(self, worker: Worker, at: int, activity: str) -> None:
        begins, before = worker.spell
        if at > begins:
            worker.presence.append((begins, at, before))
        worker.spell = (at, activity)

    def _spell_over(self, at: int, worker: Worker, shift: Shift) -> None:
        if worker.shift is shift and worker.state == AWAY:
            self.release(at, worker)

    def _leaving_due(self, at: int, worker: Worker, shift: Shift) -> None:
        if worker.shift is not shift or worker.state == OFF:
            return
        worker.is_leaving = True
        if worker.state == AWAY or (worker.state == FREE and worker.load == 0):
            self._log_out(at, worker)

    def release(self, at: int, worker: Worker) -> None:
        """Nothing holds the person any more: go, pause, or be available."""
        if worker.is_leaving:
            self._log_out(at, worker)
        elif worker.due:
            self._go_away(at, worker, worker.due.pop(0))
        else:
            if worker.spell[1] != "work":
                self._spell(worker, at, "work")
            self.enter(worker, at, FREE)
            self.take_work(at, worker)

    def _log_out(self, at: int, worker: Worker) -> None:
        self.drop_idle(worker)
        self.enter(worker, at, OFF)
        self._spell(worker, at, "off")
        shift = worker.shift
        worker.shift = None
        if shift is not None:
            self._attend(shift, at, worker.presence)

    def _attend(self, shift: Shift, out: int | None, presence: list[tuple[int, int, str]]) -> None:
        agent_id = shift.person.agent_id
        scheduled = sum(span.ends - span.starts for span in shift.spans)
        adherent = sum(_overlap(span, presence) for span in shift.spans)
        worked = sum(end - begin for begin, end, what in presence if what != "lunch")
        came = presence[0][0] if presence else None
        self.ledger.rows["attendance"].append((
            agent_id, self.name, shift.day, not presence, came, out, scheduled, adherent, worked,
        ))  # fmt: skip
        rows = self.ledger.rows["presence"]
        rows += [(agent_id, self.name, begin, end, what) for begin, end, what in presence]


def _overlap(span: Span, presence: list[tuple[int, int, str]]) -> int:
    total = 0
    for begin, end, what in presence:
        if what == span.activity:
            total += max(0, min(end, span.ends) - max(begin, span.starts))
    return total
