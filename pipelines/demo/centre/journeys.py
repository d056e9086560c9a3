"""What a customer's problem goes through: menu, contact, solved or not, coming again.

A problem (`issue_id`) that was not solved brings the customer back, most within a week; that is the
only cause of a repeat besides chance.
"""

from bisect import bisect_right
from random import Random
from typing import Any, NamedTuple

from pipelines.demo.centre.aftermath import Aftermath, Ended
from pipelines.demo.centre.arrivals import Customers
from pipelines.demo.centre.calls import Call
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.rng import hit, lognormal
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.stage import Worker
from pipelines.demo.centre.world import DAY, HOUR, MINUTE, QUEUES, SECOND, Reason, Site

_GOALS = {
    "billing": ("pay_invoice", "hear_balance"),
    "technical": ("line_test", "outage_news"),
    "appointment": ("move_appointment", "move_appointment"),
    "sales": ("shop_hours", "shop_hours"),
    "account": ("change_address", "change_address"),
}
_TRIES_SELF_SERVICE, _GOAL_REACHED, _STAYS_CONTENT = 0.24, 0.72, 0.9
_LEAVES_MENU, _CONTAINED_COMES_BACK = 0.025, 0.12
_COMES_BACK, _TRIES_AGAIN, _SOLVED_COMES_BACK = 0.86, 0.5, 0.015
_MOST_ATTEMPTS, _WEEK = 5, 6.5 * DAY
_RECORDED = 0.97
_IDS_PER_CALL = 8


class MenuEnd(NamedTuple):
    """How the menu ended: completed, hung_up or to_queue, and when."""

    kind: str
    at: int


class Calendar:
    """Opening hours as instants."""

    def __init__(self, windows: list[tuple[int, int, Any]]) -> None:
        self.opens = [opens for opens, _, _ in windows]
        self.closes = [closes for _, closes, _ in windows]

    def open_at(self, at: int, rng: Random) -> int | None:
        """The instant itself when open, else after the next opening; None past the end."""
        place = bisect_right(self.opens, at) - 1
        if place >= 0 and at < self.closes[place] - 5 * MINUTE:
            return at
        if place + 1 >= len(self.opens):
            return None
        return self.opens[place + 1] + int(rng.betavariate(1.6, 2.6) * 10 * HOUR)


class Journeys:
    """Makes and ends the phone contacts of a site, and remembers problems."""

    def __init__(
        self, scenario: Scenario, site: Site, ledger: Ledger, customers: Customers, after: Aftermath
    ) -> None:
        self.scenario = scenario
        self.site = site
        self.ledger = ledger
        self.customers = customers
        self.after = after
        self.rng = scenario.rng("journeys", site.name)
        self.calendar = Calendar(scenario.windows(site.name))
        self.number = 0

    def _contact_id(self, at: int) -> str:
        self.number += 1
        if self.site.name == "Dublin":
            return f"{at // SECOND}.{self.number * _IDS_PER_CALL}"
        head = f"{self.rng.getrandbits(64):016x}"
        return f"{head[:8]}-{head[8:12]}-4{head[12:15]}-a{self.number:07x}"

    def reason(self, queue: str, at: int) -> Reason:
        """Why somebody calls this queue now; a price change turns some callers' reason."""
        reasons = QUEUES[queue].reasons
        left = self.rng.random()
        found = reasons[-1]
        for reason in reasons:
            left -= reason.share
            if left < 0:
                found = reason
                break
        angry = self.scenario.effect("price", queue, at)
        if angry > 1 and hit(self.rng, 0.14 * (angry - 1) / (1 + 0.14 * (angry - 1))):
            found = next(r for r in reasons if r.name == "price increase")
        return found

    def new_call(self, at: int, queue: str, before: Any) -> Call:
        """A new contact: of a new problem, or of one that was brought before."""
        if before is None:
            call = Call(
                self._contact_id(at),
                self.customers.draw(self.rng),
                queue,
                self.reason(queue, at),
                at,
            )
            call.issue_id = f"I{self.site.country}{self.number}"
            return call
        reason = before.reason if before.reason in QUEUES[queue].reasons else None
        call = Call(
            self._contact_id(at), before.customer, queue, reason or self.reason(queue, at), at
        )
        call.issue_id, call.attempt = before.issue_id, before.attempt + 1
        call.caused_by = before.contact_id
        return call

    def callback(self, at: int, first: Call) -> Call:
        """The call that keeps a promise to call back."""
        call = Call(self._contact_id(at), first.customer, first.queue, first.reason, at)
        call.issue_id, call.attempt, call.direction = first.issue_id, first.attempt, "callback"
        call.related_id = first.contact_id
        return call

    # --- the menu

    def menu(self, call: Call, at: int, helps: float) -> MenuEnd:
        """Walk through the menu; writes the session and its steps."""
        rng = self.rng
        steps: list[tuple[str, int, str | None, str]] = [("welcome", at, None, "passed")]
        now = at + int(rng.uniform(6, 11)) * SECOND
        end = "to_queue"
        if hit(rng, _LEAVES_MENU):
            end = "hung_up"
            steps.append(("main_menu", now, None, "hung_up"))
            now += int(rng.uniform(1, 12)) * SECOND
        else:
            steps.append(("main_menu", now, None, "passed"))
            now += int(rng.uniform(4, 14)) * SECOND
            if hit(rng, _TRIES_SELF_SERVICE) and call.attempt == 1:
                goal = rng.choice(_GOALS[call.reason.group])
                reached = hit(rng, _GOAL_REACHED * helps)
                outcome = "reached" if reached else ("failed" if helps else "error")
                steps.append((goal, now, goal, outcome))
                now += int(rng.uniform(15, 60)) * SECOND
                if reached and hit(rng, _STAYS_CONTENT):
                    end = "completed"
        if end == "to_queue":
            steps.append((f"to_{call.queue}", now, None, "passed"))
            now += int(rng.uniform(1, 2) * SECOND)
        self._write_menu(call, at, now, end, steps)
        return MenuEnd(end, now)

    def _write_menu(
        self, call: Call, at: int, now: int, end: str, steps: list[tuple[str, int, str | None, str]]
    ) -> None:
        session, site = f"S{self.site.country}{self.number}", self.site.name
        rows = self.ledger.rows
        rows["ivr_sessions"].append((
            session, call.contact_id, site, "ivr", self.customers.ref(call.customer), at, now, end,
        ))  # fmt: skip
        rows["ivr_steps"] += [
            (session, site, place, node, moment, goal, outcome)
            for place, (node, moment, goal, outcome) in enumerate(steps, 1)
        ]

    # --- the end

    def solves(self, call: Call, worker: Worker, at: int) -> bool:
        """Whether this conversation solves the problem."""
        scenario = self.scenario
        chance = (call.reason.solved - 0.03) * worker.solving
        chance *= scenario.effect("solved", worker.team, at)
        chance *= scenario.effect("solved", self.site.name, at)
        return hit(self.rng, min(chance, 0.97))

    def finish(self, at: int, call: Call, disposition: str) -> int | None:
        """End a contact: ledger, what follows from it, and when the customer calls again."""
        if disposition == "self_service":
            call.solved = not hit(self.rng, _CONTAINED_COMES_BACK)
        agent = call.last_agent
        complaint = False
        if agent is not None:
            complaint = self.after.ended(
                Ended(
                    call.contact_id, "voice", call.queue, agent.person, call.customer, call.reason,
                    at, call.solved, max(0, call.entered - call.started) // SECOND, call.attempt,
                )
            )  # fmt: skip
        queue = QUEUES[call.first_queue]
        entered = call.ordinal > 0 or call.direction == "callback"
        self.ledger.rows["contacts"].append((
            call.contact_id, self.site.name, "voice", call.direction,
            self.customers.ref(call.customer), self.customers.phone(call.customer), call.started,
            at, queue.number, call.reason.name, call.reason.group,
            call.first_queue if entered else None, call.queue if entered else None,
            agent.agent_id if agent else None, disposition, queue.language, call.solved,
            call.issue_id, call.attempt, call.caused_by, call.related_id, complaint,
            call.was_handled and hit(self.rng, _RECORDED),
        ))  # fmt: skip
        return self._comes_again(at, call, disposition)

    def _comes_again(self, at: int, call: Call, disposition: str) -> int | None:
        rng = self.rng
        if call.direction != "inbound" or call.attempt >= _MOST_ATTEMPTS:
            return None
        if disposition == "exit_key":
            return None
        if call.solved:
            chance, delay = _SOLVED_COMES_BACK, lognormal(rng, 50 * HOUR, 0.7)
        elif call.was_handled or disposition == "self_service":
            chance, delay = _COMES_BACK, lognormal(rng, 34 * HOUR, 1.0)
        else:
            chance, delay = _TRIES_AGAIN, lognormal(rng, 45 * MINUTE, 1.0)
        if not hit(rng, chance):
            return None
        return self.calendar.open_at(at + int(min(delay, _WEEK)), rng)
