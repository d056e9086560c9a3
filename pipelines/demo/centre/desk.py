"""The written channels of one site: a chat bot, chats (up to three at once), e-mail, social media.

Chats come first; mail and posts are answered one at a time by those who have no chat.
"""

from collections import deque
from typing import Any

from pipelines.demo.centre import threads
from pipelines.demo.centre.aftermath import Aftermath, Ended
from pipelines.demo.centre.arrivals import Arrivals, Customers
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.rng import hit, lognormal
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift
from pipelines.demo.centre.stage import BUSY, FREE, Stage, Worker
from pipelines.demo.centre.threads import Thread
from pipelines.demo.centre.world import HOUR, MINUTE, SECOND, digital_queue

MOST_CHATS = 3
_PATIENCE_S = 300.0
_REPLIES_AGAIN, _PHONES = 0.4, 0.25
_MOST_VISITS = 3


class Desk(Stage):
    """Threads and digital agents of one site."""

    kind = "digital"

    def __init__(
        self,
        scenario: Scenario,
        site: str,
        shifts: list[Shift],
        ledger: Ledger,
        *,
        customers: Customers,
        after: Aftermath,
    ) -> None:
        super().__init__(scenario, site, shifts, ledger)
        self.arrivals = Arrivals(scenario, self.site)
        self.arrivals.rng = scenario.rng("written", site)
        self.maker = threads.Maker(scenario, self.site, ledger, customers)
        self.after = after
        self.chats: deque[Thread] = deque()
        self.mails: deque[Thread] = deque()
        self.spill: list[tuple[int, Thread]] = []
        self.number = 0

    def load(self, day: Any) -> None:
        """The day's log-ins, chats, mails and posts."""
        super().load(day)
        for channel, handler in (
            ("chat", self._bot),
            ("email", self._mail),
            ("social", self._mail),
        ):
            moments, planted = self.arrivals.written(day, channel)
            self.ledger.rows["arrival_profile"] += planted
            for at in moments:
                self.push(at, handler, channel)

    def run(self) -> None:
        """Play all days; what still waits at the end stays open."""
        super().run()
        for thread in (*self.mails, *self.chats):
            if thread.state == "waiting":
                self.maker.visit(thread, None, "open", None)
                self.maker.contact(thread, None, "open", None)

    # --- they come

    def _bot(self, at: int, channel: str, _: Any) -> None:
        thread = self.maker.thread(at, channel, digital_queue(self.name, channel))
        end, now = self.maker.bot(thread, at)
        if end == "to_agent":
            self.push(now, self._join, thread)
        else:
            thread.solved = end == "completed" and not hit(self.rng, threads.BOT_FAILS)
            self.maker.contact(
                thread, now, "bot_completed" if end == "completed" else "bot_left", None
            )
            if not thread.solved:
                self._elsewhere(now, thread)

    def _mail(self, at: int, channel: str, _: Any) -> None:
        thread = self.maker.thread(at, channel, digital_queue(self.name, channel))
        self._join(at, thread, None)

    def _join(self, at: int, thread: Thread, _: Any) -> None:
        thread.ordinal += 1
        thread.entered, thread.state = at, "waiting"
        if thread.channel == "chat":
            worker = self._chatter()
            if worker is not None:
                self._take(at, thread, worker)
                return
            self.chats.append(thread)
            wait = int((15 + self.rng.expovariate(1 / _PATIENCE_S)) * SECOND)
            self.push(at + wait, self._give_up, thread, thread.ordinal)
            return
        self.maker.message(thread, at, "inbound", "customer", None)
        if thread.channel == "email" and thread.ordinal == 1:
            self.maker.message(thread, at + 4 * SECOND, "outbound", "auto", None)
        self.mails.append(thread)
        idle = [w for w in self.workers.values() if w.state == FREE and w.load == 0]
        if idle:
            self.take_work(at, idle[0])

    def _give_up(self, at: int, thread: Thread, ordinal: int) -> None:
        if thread.state == "waiting" and thread.ordinal == ordinal:
            thread.state = "done"
            self.maker.visit(thread, at, "abandoned", None)
            self.maker.contact(thread, at, "abandoned", None)
            self._elsewhere(at, thread)

    # --- who takes them

    def _chatter(self) -> Worker | None:
        """The agent with the fewest chats who can take one more."""
        ready = [
            w
            for w in self.workers.values()
            if w.state in {FREE, BUSY} and w.load < MOST_CHATS and not w.due and not w.is_leaving
        ]
        return min(ready, key=lambda w: (w.load, w.since)) if ready else None

    def take_work(self, at: int, worker: Worker) -> None:
        """Chats up to three; a mail or a post when there are none."""
        while worker.load < MOST_CHATS and not worker.due and not worker.is_leaving:
            while self.chats and self.chats[0].state != "waiting":
                self.chats.popleft()
            if self.chats:
                self._take(at, self.chats.popleft(), worker)
            elif worker.load == 0 and self.mails:
                self._take(at, self.mails.popleft(), worker)
            else:
                return

    def _take(self, at: int, thread: Thread, worker: Worker) -> None:
        thread.state = "handled"
        if worker.load == 0:
            self.enter(worker, at, BUSY)
        self.maker.visit(thread, at, "answered", worker.agent_id)
        worker.load += 1 if thread.channel == "chat" else MOST_CHATS
        pace = worker.pace * self.scenario.effect("talk", self.name, at)
        mean = threads.HANDLE_S[thread.channel] * thread.reason.talk * pace
        talk = int(lognormal(self.rng, mean, 0.5) * SECOND)
        wrap = int(self.rng.uniform(10, 50) * SECOND)
        mark = (thread, at, talk, wrap, int(mean * SECOND))
        self.push(at + talk + wrap, self._over, worker, mark)

    def _over(self, at: int, worker: Worker, mark: tuple[Thread, int, int, int, int]) -> None:
        thread, began, talk, wrap, expected = mark
        worker.load -= 1 if thread.channel == "chat" else MOST_CHATS
        person = worker.person
        chance = (thread.reason.solved - 0.02) * worker.solving
        chance *= self.scenario.effect("solved", self.name, at)
        thread.solved = hit(self.rng, chance)
        self.maker.leg(thread, worker.agent_id, (began, began + talk), wrap, expected)
        if not self._waits_for_reply(at, thread):
            self.maker.contact(thread, began + talk, "handled", worker.agent_id)
            wait = (began - thread.entered) // SECOND if thread.channel == "chat" else 0
            thread.complained = self.after.ended(
                Ended(thread.contact_id, thread.channel, thread.queue, person, thread.customer,
                      thread.reason, began + talk, thread.solved, wait, thread.attempt)
            )  # fmt: skip
            if not thread.solved:
                self._elsewhere(at, thread)
        if worker.load == 0:
            self.release(at, worker)
        else:
            self.take_work(at, worker)

    def _waits_for_reply(self, at: int, thread: Thread) -> bool:
        if thread.channel == "chat" or thread.solved or thread.ordinal >= _MOST_VISITS:
            return False
        again = at + int(lognormal(self.rng, 16 * HOUR, 0.7))
        last = self.after.last
        if not hit(self.rng, _REPLIES_AGAIN) or again >= last:
            return False
        self.push(again, self._join, thread)
        return True

    def _elsewhere(self, at: int, thread: Thread) -> None:
        """Some who were not helped in writing take the phone."""
        if hit(self.rng, _PHONES):
            self.spill.append((at + int(lognormal(self.rng, 8 * HOUR, 1.2)) + MINUTE, thread))
