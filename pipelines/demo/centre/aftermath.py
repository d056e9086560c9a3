"""What follows a handled contact: surveys, quality evaluations, sales, complaints, follow-ups.

Scores come from what truly happened (solved, waiting, the agent); who answers a survey depends on
how the contact felt, so answers are biased as real ones are.
"""

from random import Random
from typing import NamedTuple

from pipelines.demo.centre import quality, quirks
from pipelines.demo.centre.arrivals import Customers
from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.people import Person, Staff
from pipelines.demo.centre.rng import hit, lognormal
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import (
    DAY,
    HOUR,
    MINUTE,
    PRODUCTS,
    SECOND,
    Reason,
    Site,
    instant,
)

_INVITED = {"voice": 0.3, "chat": 0.45, "email": 0.35, "social": 0.0}
_DELIVERED = 0.965
_COMMENT = 0.22
_GOOD, _BAD = 4, 2
_COMMENTS = {
    "good": ("Very helpful, thank you", "Sorted in five minutes", "Friendly, knew what to do",
             "Great service; would call again", "Muy amable, gracias"),
    "poor": ("Still not working", "Third time I call about this!", "Was passed around",
             "Waited far too long, then cut off", "No me solucionaron nada"),
    "fair": ("It was ok", "Fine, but slow", "Agent nice, system down", "=1+1", "n/a"),
}  # fmt: skip
_BUYS = {"new contract": 0.36, "upgrade": 0.33}
_UPSELL, _REFUND = 0.14, 0.045
_COMPLAINS, _FOLLOW_UP = 0.055, 0.03
_EVALUATED = {"voice": 0.0068, "chat": 0.008, "email": 0.008, "social": 0.0}


class Ended(NamedTuple):
    """A handled contact that is over; `wait_s` is what the customer waited before."""

    contact_id: str
    channel: str
    queue: str
    person: Person
    customer: int
    reason: Reason
    at: int
    solved: bool
    wait_s: int
    attempt: int


class Aftermath:
    """Draws what follows contacts of one site and one kind of work."""

    def __init__(
        self,
        scenario: Scenario,
        site: Site,
        ledger: Ledger,
        *,
        customers: Customers,
        staff: Staff,
        kind: str,
    ) -> None:
        self.scenario = scenario
        self.site = site
        self.rows = ledger.rows
        self.customers = customers
        self.rng: Random = scenario.rng("aftermath", site.name, kind)
        self.mark = f"{site.country}{kind[0].upper()}"
        self.number = self.n_comments = 0
        self.last = instant(scenario.end, 0, site.zone)
        # Evaluators judge as many contacts of an agent in a small centre as in the whole one.
        self.judged = scenario.slack()
        self.judge = quality.Judge(scenario, site.name, ledger, staff, self.mark)

    def _id(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.mark}{self.number:06d}"

    def ended(self, contact: Ended) -> bool:
        """Draw everything; returns whether a complaint was made."""
        rng = self.rng
        if hit(rng, _INVITED[contact.channel]):
            self._survey(contact)
        if hit(rng, _EVALUATED[contact.channel] * self.judged):
            self.judge.evaluate(contact.contact_id, contact.person, contact.at, contact.solved)
        buys = _BUYS.get(contact.reason.name, 0.0)
        if buys and hit(rng, buys * contact.person.skill):
            self.order(contact.contact_id, contact.person, contact.customer, contact.at)
        wave = self.scenario.effect("complaints", contact.queue, contact.at)
        chance = (0.003 if contact.solved else _COMPLAINS) * wave
        if hit(rng, chance):
            self._case(contact, "complaint", 5 * DAY, 0.55)
            return True
        if not contact.solved and hit(rng, _FOLLOW_UP):
            self._case(contact, "follow_up", 2 * DAY, 0.4)
        return False

    # --- surveys

    def _survey(self, contact: Ended) -> None:
        rng = self.rng
        felt = rng.gauss(4.85 if contact.solved else 3.15, 0.85)
        felt += 3.0 * (contact.person.skill - 1) - min(contact.wait_s / 240, 0.6)
        felt -= 0.25 * (contact.attempt - 1)
        invite = self._id("V")
        sent = contact.at + rng.randint(2, 55) * MINUTE
        delivered = hit(rng, _DELIVERED)
        # The delighted and the angry answer; those in between do not.
        answers = delivered and hit(rng, 0.1 + 0.06 * min(abs(felt - 3.9), 2.5))
        answered = sent + int(min(lognormal(rng, 9 * HOUR, 1.3), 13 * DAY)) if answers else None
        self.rows["survey_invites"].append((
            invite, contact.contact_id, self.site.name, contact.person.agent_id, contact.queue,
            contact.channel, sent, delivered, answered, round(felt, 3),
        ))  # fmt: skip
        if answered is not None:
            self._answers(invite, felt, contact.solved)

    def _answers(self, invite: str, felt: float, solved: bool) -> None:
        rng, site = self.rng, self.site.name
        csat = min(5, max(1, round(felt)))
        nps = min(10, max(0, round(2.05 * felt - 0.75 + rng.gauss(0, 0.9))))
        ces = min(7, max(1, round(1.4 * felt - 0.6 + rng.gauss(0, 0.7))))
        fcr = int(solved) if not hit(rng, 0.07) else 1 - int(solved)
        rows = self.rows["survey_answers"]
        rows.append((invite, site, "csat", "csat", 1, 5, csat, None))
        rows.append((invite, site, "recommend", "nps", 0, 10, nps, None))
        if hit(rng, 0.85):
            rows.append((invite, site, "easy", "ces", 1, 7, ces, None))
        if hit(rng, 0.9):
            rows.append((invite, site, "solved", "fcr", 0, 1, fcr, None))
        if hit(rng, _COMMENT):
            mood = "good" if csat >= _GOOD else ("poor" if csat <= _BAD else "fair")
            self.n_comments += 1
            text = quirks.comment(self.n_comments, rng.choice(_COMMENTS[mood]))
            rows.append((invite, site, "comment", "text", None, None, None, text))

    # --- sales

    def order(self, contact_id: str, person: Person, customer: int, at: int) -> None:
        """An order, at times with an upsell, at times refunded later."""
        rng = self.rng
        product, price = rng.choice(PRODUCTS[:3])
        sale, when = self._id("O"), at - rng.randint(1, 40) * SECOND
        customer_ref = self.customers.ref(customer)
        amount = round(price * rng.choice((1.0, 1.0, 0.9)), 2)
        currency = "EUR" if self.site.name == "Dublin" else "USD"
        rows = self.rows["sales"]
        tail = (contact_id, self.site.name, customer_ref, person.agent_id)
        rows.append((sale, None, *tail, when, "order", product, amount, currency))
        if hit(rng, _UPSELL):
            extra = PRODUCTS[-1]
            row = (self._id("O"), None, *tail, when, "upsell", extra[0], extra[1], currency)
            rows.append(row)
        later = at + int(rng.uniform(1, 21) * DAY)
        if hit(rng, _REFUND) and later < self.last:
            row = (
                self._id("O"),
                sale,
                None,
                *tail[1:],
                later,
                "refund",
                product,
                -amount,
                currency,
            )
            rows.append(row)

    # --- cases

    def _case(self, contact: Ended, kind: str, allowed: int, typical: float) -> None:
        rng, rows = self.rng, self.rows
        case, opened = self._id("K"), contact.at + rng.randint(5, 240) * SECOND
        solved_at = opened + int(lognormal(rng, typical * allowed, 0.75))
        resolved = solved_at if solved_at < self.last else None
        priority = rng.choices(("low", "normal", "high"), (0.2, 0.6, 0.2))[0]
        rows["cases"].append((
            case, None, contact.contact_id, self.site.name, self.customers.ref(contact.customer),
            contact.person.agent_id, contact.queue, contact.channel, priority, kind, opened,
            opened + allowed, resolved,
        ))  # fmt: skip
        events = rows["case_events"]
        agent, site = contact.person.agent_id, self.site.name
        events.append((case, site, opened, "opened", agent))
        if hit(rng, 0.18):
            at = opened + int(rng.uniform(0.1, 0.6) * (solved_at - opened))
            if at < self.last:
                events.append((case, site, at, "escalated", agent))
        if resolved is None:
            return
        events.append((case, site, resolved, "resolved", agent))
        again = resolved + int(rng.uniform(0.2, 20) * DAY)
        if hit(rng, 0.05) and again + DAY < self.last:
            events.append((case, site, again, "reopened", agent))
            events.append((case, site, again + DAY, "resolved", agent))
