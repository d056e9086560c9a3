"""The voice floor of one site: menus, waiting, ringing, talk, wrap, transfers, callbacks.

A call goes to the longest idle agent with the skill; a free agent takes the call with the highest
priority, then the longest wait. Callers hang up when their patience ends, even while it rings.
"""

from collections import deque
from random import Random
from typing import Any

from pipelines.demo.centre import calls
from pipelines.demo.centre.arrivals import Arrivals
from pipelines.demo.centre.calls import Call
from pipelines.demo.centre.journeys import Journeys
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.rng import hit
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift
from pipelines.demo.centre.stage import AWAY, BUSY, OFF, RINGING, WRAP, Stage, Worker
from pipelines.demo.centre.world import QUEUES, SECOND

NO_ANSWER_MS = 15 * SECOND
_NO_ANSWER, _DECLINED, _DUMPED = 0.022, 0.028, 0.029
_CALLBACK_WANTED, _OPERATOR_WANTED = 0.22, 0.015
_REACHED = 0.8


class Floor(Stage):
    """Calls and voice agents of one site."""

    kind = "voice"

    def __init__(
        self,
        scenario: Scenario,
        site: str,
        shifts: list[Shift],
        ledger: Ledger,
        *,
        journeys: Journeys,
        restarts: list[int],
    ) -> None:
        super().__init__(scenario, site, shifts, ledger)
        self.arrivals = Arrivals(scenario, self.site)
        self.journeys = journeys
        self.idle: list[Worker] = []
        self.queues = {queue.name: queue for queue in scenario.queues(site)}
        self.waiting: dict[str, deque[Call]] = {name: deque() for name in self.queues}
        self.n_waiting = dict.fromkeys(self.waiting, 0)
        self.callbacks: deque[Call] = deque()
        self.talking: dict[str, Call] = {}
        self.rng: Random = scenario.rng("floor", site)
        rows = ledger.rows
        self.visits, self.offers, self.legs = rows["visits"], rows["offers"], rows["legs"]
        for at in restarts:
            ledger.rows["restarts"].append((site, at))
            self.push(at, self._restart, None)

    def load(self, day: Any) -> None:
        """The day's log-ins and calls."""
        super().load(day)
        arrivals, planted = self.arrivals.voice(day)
        self.ledger.rows["arrival_profile"] += planted
        for at, queue in arrivals:
            self.push(at, self.start_call, (queue, None))

    # --- calls come

    def start_call(self, at: int, wanted: Any, _: Any) -> None:
        """A customer dials in and meets the menu."""
        queue, before = wanted
        call = self.journeys.new_call(at, queue, before)
        end = self.journeys.menu(call, at, calls.self_service(self.scenario, self.name, at))
        if end.kind == "to_queue":
            self.push(end.at, self.enter_queue, call)
        else:
            self._finish(end.at, call, "self_service" if end.kind == "completed" else "menu_left")

    def enter_queue(self, at: int, call: Call, _: Any) -> None:
        """The call joins its queue: an idle agent with the skill, or the end of the line."""
        queue = self.queues[call.queue]
        if self.n_waiting[call.queue] >= queue.max_length:
            self.ledger.rows["refusals"].append(
                (call.contact_id, self.name, call.queue, at, "full")
            )
            self._finish(at, call, "refused")
            return
        call.ordinal += 1
        call.entered = at
        call.position = self.n_waiting[call.queue] + 1
        call.state = "waiting"
        call.gives_up = at + calls.patience(self.rng, queue, call)
        worker = self._idle_for(call.queue)
        if worker is not None:
            self._offer(at, call, worker)
        else:
            self.waiting[call.queue].append(call)
            self.n_waiting[call.queue] += 1
            if hit(self.rng, _CALLBACK_WANTED):
                wait = int(self.rng.uniform(60, 150) * SECOND)
                key = "0" if hit(self.rng, _OPERATOR_WANTED) else "1"
                self.push(at + wait, self._press, call, (call.ordinal, key))
        self.push(call.gives_up, self._give_up, call, call.ordinal)

    def _idle_for(self, queue: str) -> Worker | None:
        found = None
        for worker in self.idle:
            if worker.queues[0] == queue:
                return worker
            if found is None and queue in worker.queues:
                found = worker
        return found

    def drop_idle(self, worker: Worker) -> None:
        """Take somebody out of the row of idle agents."""
        if worker in self.idle:
            self.idle.remove(worker)

    def take_work(self, at: int, worker: Worker) -> None:
        """The call with the highest priority, a promised callback, or the row of idle agents."""
        best: Call | None = None
        for name in worker.queues:
            line = self.waiting[name]
            while line and line[0].state != "waiting":
                line.popleft()
            if line and (best is None or _before(line[0], best)):
                best = line[0]
        if best is not None:
            self.waiting[best.queue].popleft()
            self.n_waiting[best.queue] -= 1
            self._offer(at, best, worker)
        elif self.callbacks and self.callbacks[0].queue in worker.queues:
            self._call_back(at, self.callbacks.popleft(), worker)
        else:
            self.idle.append(worker)

    # --- ringing

    def _offer(self, at: int, call: Call, worker: Worker) -> None:
        self.drop_idle(worker)
        self.enter(worker, at, RINGING)
        worker.call, call.worker, call.state = call, worker, "ringing"
        worker.token += 1
        draw = self.rng.random()
        if draw < _NO_ANSWER:
            self.push(at + NO_ANSWER_MS, self._not_taken, worker, (worker.token, "no_answer"))
        elif draw < _DECLINED:
            ring = int(self.rng.uniform(0.2, 2.0) * SECOND)
            self.push(at + ring, self._not_taken, worker, (worker.token, "declined"))
        elif draw < _DUMPED:
            self.push(at + 4 * SECOND, self._not_taken, worker, (worker.token, "dumped"))
        else:
            ring = 1500 + int(min(self.rng.expovariate(1 / 2.4), 11.0) * SECOND)
            self.push(at + ring, self._answer, worker, worker.token)

    def _offered(self, at: int, call: Call, worker: Worker, outcome: str) -> None:
        call.n_offers += 1
        self.offers.append((
            call.contact_id, call.ordinal, call.n_offers, self.name, call.queue, worker.agent_id,
            worker.since, at - worker.since, outcome,
        ))  # fmt: skip

    def _not_taken(self, at: int, worker: Worker, mark: tuple[int, str]) -> None:
        token, outcome = mark
        if worker.token != token or worker.state != RINGING:
            return
        call = worker.call
        self._offered(at, call, worker, outcome)
        worker.call, call.worker, call.state = None, None, "waiting"
        self.enter(worker, at, AWAY, "not responding")
        self.push(at + self.rng.randint(20, 90) * SECOND, self._spell_over, worker, worker.shift)
        other = self._idle_for(call.queue)
        if other is not None:
            self._offer(at, call, other)
        else:
            self.waiting[call.queue].appendleft(call)
            self.n_waiting[call.queue] += 1

    def _visit(self, at: int, call: Call, outcome: str, **more: str) -> None:
        position = 1 if outcome == "answered" else self._place(call)
        self.visits.append((
            call.contact_id, call.ordinal, self.name, call.queue, call.entered, at,
            at - call.entered, outcome, more.get("next_step", "none"), more.get("next_queue"),
            call.position, position, more.get("key"),
            call.worker.agent_id if call.worker and outcome == "answered" else None,
        ))  # fmt: skip

    def _place(self, call: Call) -> int:
        line = [other for other in self.waiting[call.queue] if other.state == "waiting"]
        return line.index(call) + 1 if call in line else 1

    # --- waiting ends without an agent

    def _give_up(self, at: int, call: Call, ordinal: int) -> None:
        if call.ordinal == ordinal and call.state in {"waiting", "ringing"}:
            limit = QUEUES[call.queue].timeout_s * SECOND
            outcome = "timeout" if at - call.entered >= limit else "abandoned"
            self._leave(at, call, outcome, "voicemail" if outcome == "timeout" else "none")

    def _press(self, at: int, call: Call, mark: tuple[int, str]) -> None:
        ordinal, key = mark
        if call.ordinal != ordinal or call.state != "waiting":
            return
        self._leave(at, call, "exit_key", "callback" if key == "1" else "operator", key)
        if key == "1":
            self.callbacks.append(call)

    def _leave(self, at: int, call: Call, outcome: str, step: str, key: str = "") -> None:
        worker = call.worker
        self._visit(at, call, outcome, next_step=step, **({"key": key} if key else {}))
        if call.state == "waiting":
            self.n_waiting[call.queue] -= 1
        call.state, call.worker = "done", None
        if worker is not None and worker.call is call:
            self._offered(at, call, worker, "caller_left")
            worker.call = None
            worker.token += 1
            self.release(at, worker)
        self._finish(at, call, outcome)

    # --- talk

    def _answer(self, at: int, worker: Worker, token: int) -> None:
        if worker.token != token or worker.state != RINGING:
            return
        call = worker.call
        self._offered(at, call, worker, "answered")
        self._visit(at, call, "answered")
        self._talk(at, call, worker)

    def _talk(self, at: int, call: Call, worker: Worker) -> None:
        call.state = "talking"
        self.enter(worker, at, BUSY)
        self.talking[worker.agent_id] = call
        plan = calls.conversation(self.scenario, self.rng, call, worker, at)
        self.push(at + plan.talk_ms + plan.hold_ms, self._talk_over, worker, (worker.token, plan))

    def _talk_over(self, at: int, worker: Worker, mark: tuple[int, calls.Plan]) -> None:
        token, plan = mark
        if worker.token != token:
            return
        call = worker.call
        transfer, target = plan.transfer, plan.target
        solved = self.journeys.solves(call, worker, at) if not transfer else False
        self._leg(at, call, worker, plan, "solved" if solved else "")
        self.enter(worker, at, WRAP)
        worker.token += 1
        self.push(at + plan.wrap_ms, self._wrap_over, worker, worker.token)
        if transfer and target in QUEUES:
            call.queue = target
            self.push(at + 800, self.enter_queue, call)
        else:
            call.solved = solved or (bool(transfer) and self.journeys.solves(call, worker, at))
            self._finish(at, call, f"{transfer}_transfer" if transfer else "handled")

    def _leg(self, at: int, call: Call, worker: Worker, plan: calls.Plan, note: str) -> None:
        call.segments += 1
        call.last_agent, call.was_handled = worker, True
        self.talking.pop(worker.agent_id, None)
        is_cut = plan.ended_by == "restart"
        self.legs.append((
            call.contact_id, call.ordinal, call.segments, self.name, call.queue,
            "voice", worker.agent_id, worker.since, at, plan.talk_ms, plan.hold_ms, plan.wrap_ms,
            plan.ended_by, plan.transfer or None, plan.target or None, is_cut,
            "transferred" if plan.transfer else note or "not solved", plan.expected_talk_ms,
        ))  # fmt: skip
        worker.call = None

    def _wrap_over(self, at: int, worker: Worker, token: int) -> None:
        if worker.token == token and worker.state == WRAP:
            self.release(at, worker)

    def _call_back(self, at: int, first: Call, worker: Worker) -> None:
        """Keep a promise: the agent dials; one in five is not reached."""
        call = self.journeys.callback(at, first)
        if not hit(self.rng, _REACHED):
            self.idle.append(worker)
            self._finish(at + 20 * SECOND, call, "no_answer")
            return
        worker.call, call.worker, call.ordinal = call, worker, 0
        self._talk(at, call, worker)

    def _finish(self, at: int, call: Call, disposition: str) -> None:
        call.state = "done"
        again = self.journeys.finish(at, call, disposition)
        if again is not None:
            self.push(again, self.start_call, (call.first_queue, call))

    # --- the switch restarts

    def _restart(self, at: int, _: Any, __: Any) -> None:
        """All calls are cut; people stay logged in."""
        for line in self.waiting.values():
            for call in [other for other in line if other.state == "waiting"]:
                self._leave(at, call, "cut", "unknown")
            line.clear()
        for worker in self.workers.values():
            call = worker.call
            if call is None or worker.state == OFF:
                continue
            if worker.state == RINGING:
                self._leave(at, call, "cut", "unknown")
            elif worker.state == BUSY:
                plan = calls.Plan(at - worker.since, 0, 0, "restart", "", "")
                self._leg(at, call, worker, plan, "cut")
                worker.token += 1
                self._finish(at, call, "cut")
                self.release(at, worker)


def _before(call: Call, other: Call) -> bool:
    mine, theirs = QUEUES[call.queue].weight, QUEUES[other.queue].weight
    return (-mine, call.entered) < (-theirs, other.entered)
