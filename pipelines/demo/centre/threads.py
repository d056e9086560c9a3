"""One written contact: a chat, a mail thread or a post, its messages and its ledger rows."""

from pipelines.demo.centre import quirks
from pipelines.demo.centre.arrivals import Customers
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import SECOND, Reason, Site, queues_of

HANDLE_S = {"chat": 640.0, "email": 330.0, "social": 200.0}
BOT_FAILS = 0.2
_BOT_COMPLETES, _BOT_LEFT = 0.3, 0.06
_LETTER = {"chat": "H", "email": "E", "social": "W"}


class Thread:
    """A written contact while it lasts; `ordinal` counts its entries into the queue."""

    __slots__ = (
        "attempt", "channel", "complained", "contact_id", "customer", "entered", "issue_id",
        "n_messages", "ordinal", "queue", "reason", "solved", "started", "state",
    )  # fmt: skip

    def __init__(
        self, contact_id: str, channel: str, queue: str, *, customer: int, reason: Reason, at: int
    ) -> None:
        self.contact_id = contact_id
        self.channel = channel
        self.queue = queue
        self.customer = customer
        self.reason = reason
        self.started = self.entered = at
        self.issue_id = f"I{contact_id}"
        self.attempt = 1
        self.ordinal = self.n_messages = 0
        self.state = "new"
        self.solved = self.complained = False


def phone_queue(site: str, reason: Reason) -> str:
    """The voice queue in which a reason is at home."""
    fitting = [queue.name for queue in queues_of(site) if reason in queue.reasons]
    return fitting[0] if fitting else queues_of(site)[0].name


class Maker:
    """Makes threads of a site and writes their ledger rows."""

    def __init__(
        self, scenario: Scenario, site: Site, ledger: Ledger, customers: Customers
    ) -> None:
        self.site = site
        self.rows = ledger.rows
        self.customers = customers
        self.rng = scenario.rng("threads", site.name)
        self.number = 0
        self.language = "es" if site.name == "Bogota" else "en"
        self.reasons = [
            (queue.per_day * reason.share, reason)
            for queue in queues_of(site.name)
            for reason in queue.reasons
        ]

    def thread(self, at: int, channel: str, queue: str) -> Thread:
        """A new thread of somebody about something."""
        self.number += 1
        weights = [weight for weight, _ in self.reasons]
        reason = self.rng.choices(self.reasons, weights)[0][1]
        contact_id = f"{_LETTER[channel]}{self.site.country}{self.number:07d}"
        return Thread(
            contact_id, channel, queue,
            customer=self.customers.draw(self.rng), reason=reason, at=at,
        )  # fmt: skip

    def bot(self, thread: Thread, at: int) -> tuple[str, int]:
        """The bot asks first: (completed, hung_up or to_agent, when)."""
        rng = self.rng
        draw = rng.random()
        end = "to_agent"
        if draw < _BOT_COMPLETES:
            end = "completed"
        elif draw < _BOT_COMPLETES + _BOT_LEFT:
            end = "hung_up"
        now = at
        for _ in range(rng.randint(1, 3)):
            self.message(thread, now, "inbound", "customer", None)
            now += 2 * SECOND
            self.message(thread, now, "outbound", "bot", None)
            now += rng.randint(8, 40) * SECOND
        session, site = f"B{thread.contact_id}", self.site.name
        self.rows["ivr_sessions"].append((
            session, thread.contact_id, site, "bot", self.customers.ref(thread.customer), at, now,
            end,
        ))  # fmt: skip
        goal = f"ask_{thread.reason.group}"
        outcome = {"completed": "reached", "hung_up": "hung_up"}.get(end, "failed")
        self.rows["ivr_steps"].append((session, site, 1, "intent", at, None, "passed"))
        self.rows["ivr_steps"].append((session, site, 2, goal, at + 2 * SECOND, goal, outcome))
        return end, now

    def message(
        self, thread: Thread, at: int, direction: str, author: str, agent_id: str | None
    ) -> None:
        """One message of a thread."""
        thread.n_messages += 1
        self.rows["messages"].append((
            f"{thread.contact_id}-{thread.n_messages}", thread.contact_id, thread.contact_id,
            self.site.name, thread.channel, thread.queue, agent_id, direction, author, at,
        ))  # fmt: skip

    def visit(self, thread: Thread, at: int | None, outcome: str, agent_id: str | None) -> None:
        """One entry of the thread into its queue."""
        wait = None if at is None else at - thread.entered
        self.rows["visits"].append((
            thread.contact_id, thread.ordinal, self.site.name, thread.queue, thread.entered, at,
            wait, outcome, "none", None, None, None, None, agent_id,
        ))  # fmt: skip

    def leg(
        self, thread: Thread, agent_id: str, span: tuple[int, int], wrap: int, expected_ms: int
    ) -> None:
        """One agent's work on the thread, with the messages written in it."""
        began, ended = span
        self.rows["legs"].append((
            thread.contact_id, thread.ordinal, thread.ordinal, self.site.name, thread.queue,
            thread.channel, agent_id, began, ended, ended - began, 0, wrap, "agent", None, None,
            False, "solved" if thread.solved else "not solved", expected_ms,
        ))  # fmt: skip
        if thread.channel != "chat":
            self.message(thread, ended, "outbound", "agent", agent_id)
            return
        n_pairs = 2 + int((ended - began) // (180 * SECOND))
        step = (ended - began) / (2 * n_pairs)
        for pair in range(n_pairs):
            at = began + int(2 * pair * step) + min(int(step), 12 * SECOND)
            self.message(thread, at, "outbound", "agent", agent_id)
            self.message(thread, began + int((2 * pair + 1) * step), "inbound", "customer", None)

    def contact(
        self, thread: Thread, at: int | None, disposition: str, agent_id: str | None
    ) -> None:
        """The thread as a contact; open threads have no end."""
        queued = thread.ordinal > 0
        self.rows["contacts"].append((
            thread.contact_id, self.site.name, thread.channel, "inbound",
            self.customers.ref(thread.customer), None, thread.started, at,
            f"{thread.channel}-{self.site.country.lower()}",
            quirks.reason(int(thread.contact_id[3:]), thread.reason.name),
            thread.reason.group, thread.queue if queued else None,
            thread.queue if queued else None, agent_id, disposition, self.language, thread.solved,
            thread.issue_id, thread.attempt, None, None, None, agent_id is not None,
        ))  # fmt: skip
