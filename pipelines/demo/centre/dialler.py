"""Outbound campaigns: a dialler that tries lists of customers and hands live people to agents."""

from typing import Any

from pipelines.demo.centre.aftermath import Aftermath
from pipelines.demo.centre.arrivals import Customers
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.rng import hit, lognormal, pick
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.shifts import Shift
from pipelines.demo.centre.stage import BUSY, WRAP, Stage, Worker
from pipelines.demo.centre.world import CAMPAIGNS, QUEUES, SECOND

# What a dial meets, and what the detection says of it.
_MEETS = (
    ("no_answer", 0.41),
    ("busy", 0.05),
    ("invalid", 0.03),
    ("machine", 0.22),
    ("human", 0.29),
)
_PARTY = (("right", 0.62), ("wrong_party", 0.13), ("callback", 0.1), ("hung_up", 0.15))
_DROPPED, _MISTAKEN, _TALK_S = 0.022, 0.04, 190.0
# What a dial leads to takes this long on average, most of it nothing.
_TAKEN = 42 * SECOND
_SHARES = tuple((name, share) for name, share, _, _ in CAMPAIGNS)


class Dialler(Stage):
    """Campaigns and outbound agents of one site."""

    kind = "outbound"

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
        self.customers = customers
        self.after = after
        self.number = 0
        # The lists of a small centre are shorter than its few agents could dial.
        self.slack = scenario.slack(self.kind)

    def take_work(self, at: int, worker: Worker) -> None:
        """Dial until somebody answers; the agent waits for that person."""
        if worker.load:
            return
        campaign = pick(self.rng, _SHARES)
        now = at
        while True:
            gap = self.rng.uniform(9, 32) * SECOND * self.slack + _TAKEN * (self.slack - 1)
            now += int(gap)
            if self._dial(now, campaign, worker):
                return

    def _dial(self, now: int, campaign: str, worker: Worker) -> bool:
        """One dial; True when a live person is given to the agent."""
        rng = self.rng
        self.number += 1
        customer = self.customers.draw(rng)
        attempt = f"D{self.site.country}{self.number:07d}"
        meets = pick(rng, _MEETS)
        answered = now + int(rng.uniform(3, 14) * SECOND) if meets in {"human", "machine"} else None
        amd = {"human": "human", "machine": "machine"}.get(meets)
        lead = f"L{campaign[:2].upper()}{customer:06d}"
        if meets == "human" and answered is not None and not hit(rng, _DROPPED):
            connected = answered + int(rng.uniform(0.2, 1.7) * SECOND)
            worker.load = 1
            mark = (attempt, campaign, lead, customer, now, answered)
            self.push(connected, self._live, worker, mark)
            return True
        result = meets
        end = (answered or now + 22 * SECOND) + 2 * SECOND
        if meets == "human":
            result = "dropped"
        elif meets == "machine" and hit(rng, _MISTAKEN):
            amd, result = "human", "dropped"
        times = (now, answered, None, end)
        self._attempt(attempt, campaign, (lead, customer), times, result, amd=amd)
        return False

    def _attempt(
        self,
        attempt: str,
        campaign: str,
        lead: tuple[str, int],
        times: tuple[int, int | None, int | None, int],
        result: str,
        *,
        amd: str | None,
        contact_id: str | None = None,
        agent_id: str | None = None,
    ) -> None:
        self.ledger.rows["outbound_attempts"].append((
            attempt, contact_id, self.name, campaign, lead[0], self.customers.phone(lead[1]),
            agent_id, *times, amd, result,
        ))  # fmt: skip

    def _live(self, at: int, worker: Worker, mark: tuple[Any, ...]) -> None:
        rng = self.rng
        party = pick(rng, _PARTY)
        self.enter(worker, at, BUSY)
        mean = _TALK_S if party == "right" else 28.0
        talk = max(4 * SECOND, int(lognormal(rng, mean, 0.6) * SECOND))
        self.push(at + talk, self._over, worker, (*mark, party, at, int(mean * SECOND)))

    def _over(self, at: int, worker: Worker, mark: tuple[Any, ...]) -> None:
        rng = self.rng
        attempt, campaign, lead, customer, dialled, answered, party, connected, expected = mark
        _, _, agrees, what = next(row for row in CAMPAIGNS if row[0] == campaign)
        result = party
        if party == "right":
            result = what if hit(rng, agrees * worker.person.skill) else "refused"
        contact_id = f"O{attempt}"
        times = (dialled, answered, connected, at)
        agent = worker.agent_id
        self._attempt(
            attempt, campaign, (lead, customer), times, result,
            amd="human", contact_id=contact_id, agent_id=agent,
        )  # fmt: skip
        wrap = int(rng.uniform(8, 70) * SECOND)
        self.ledger.rows["legs"].append((
            contact_id, 0, 1, self.name, None, "voice", worker.agent_id, connected, at,
            at - connected, 0, wrap, "customer" if hit(rng, 0.5) else "agent", None, None, False,
            result, expected,
        ))  # fmt: skip
        self.ledger.rows["contacts"].append((
            contact_id, self.name, "voice", "outbound", self.customers.ref(customer),
            self.customers.phone(customer), dialled, at, campaign, campaign, "outbound", None, None,
            worker.agent_id, result, QUEUES["spanish"].language, None, None, 1, None, None, None,
            True,
        ))  # fmt: skip
        if result == "sale":
            self.after.order(contact_id, worker.person, customer, at)
        self.enter(worker, at, WRAP)
        self.push(at + wrap, self._wrap_over, worker)

    def _wrap_over(self, at: int, worker: Worker, _: Any) -> None:
        worker.load = 0
        self.release(at, worker)
