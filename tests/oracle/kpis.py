"""The KPI marts: every metric of every scope and period, as its two parts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle import metrics
from tests.oracle.centre import Centre
from tests.oracle.contacts import Contact, Refusal
from tests.oracle.legs import Offer, Segment
from tests.oracle.metrics import Part
from tests.oracle.states import QUARTER, State, cut_at_quarters, states_of_all
from tests.oracle.timeline import day_of
from tests.oracle.visits import Visit

Scope = tuple[str, str]
"""Kind and id, such as ("queue", "sales")."""
Period = Callable[[int, str], object]
"""(instant, kind of scope) -> the period it belongs to."""
SHARES = {
    "wait_p50": Fraction(1, 2),
    "wait_p90": Fraction(9, 10),
    "wait_p95": Fraction(19, 20),
}
HOUR_MS = 3_600_000


@dataclass
class _Cell:
    """The rows of one scope and period."""

    visits: list[Visit] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    legs: list[Segment] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    passed: list[Contact] = field(default_factory=list)
    worked: list[Contact] = field(default_factory=list)
    """Of both directions: an agent's hours go into both."""
    states: list[State] = field(default_factory=list)


def _scopes(
    direction: str | None, queue: str | None, agent: str | None, groups: dict[str, str]
) -> list[Scope]:
    """The scopes that a row is in.

    Reading: what the centre began itself (outbound) is told by direction alone; rings have no
    direction and no channel.
    """
    found: list[Scope] = []
    if direction:
        found.append(("direction", direction))
    if direction == "outbound":
        return found
    found.append(("all", "all"))
    if direction:
        found.append(("channel", "voice"))
    if queue:
        found.append(("queue", queue))
        if queue in groups:
            found.append(("queue_group", groups[queue]))
    if agent:
        found.append(("agent", agent))
    return found


class _Cells:
    """Rows put where they count."""

    def __init__(self, centre: Centre, period: Period) -> None:
        self._period = period
        self._groups = centre.config.queue_group
        self.found: dict[tuple[Scope, object], _Cell] = defaultdict(_Cell)
        for visit in centre.visits:
            direction = centre.contacts[visit.callid].direction
            for cell in self._at(visit.entered_at, direction, visit.queue):
                cell.visits.append(visit)
        for refusal in centre.refusals:
            direction = centre.contacts[refusal.callid].direction
            for cell in self._at(refusal.at, direction, refusal.queue):
                cell.refusals.append(refusal)
        for offer in centre.offers:
            for cell in self._at(offer.offered_at, None, offer.visit.queue, offer.agent):
                cell.offers.append(offer)
        for contact in centre.contacts.values():
            self._contact(contact)

    def _at(
        self, at: int, direction: str | None, queue: str | None, agent: str | None = None
    ) -> list[_Cell]:
        scopes = _scopes(direction, queue, agent, self._groups)
        return [self.found[scope, self._period(at, scope[0])] for scope in scopes]

    def _contact(self, contact: Contact) -> None:
        for leg in contact.segments:
            for cell in self._at(leg.connected_at, contact.direction, leg.queue, leg.agent):
                cell.legs.append(leg)
        legs = metrics.customer_legs(contact)
        last = legs[-1] if legs else None
        first_passed = next((leg for leg in legs if leg.transfer_type), last)
        for credited, kind in ((last, "contacts"), (first_passed, "passed")):
            queue = credited.queue if credited else None
            agent = credited.agent if credited else None
            for cell in self._at(contact.started_at, contact.direction, queue, agent):
                getattr(cell, kind).append(contact)
        for cell in self._at(contact.started_at, None, None, last.agent if last else None):
            cell.worked.append(contact)


_VISIT_KINDS = ("all", "queue", "queue_group", "channel", "direction")
_RING_KINDS = ("all", "queue", "queue_group", "agent")
_HANDLING_KINDS = (*_VISIT_KINDS, "agent")


def _parts(cell: _Cell, kind: str, centre: Centre, leg_of: dict[int, Segment]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    if kind in _VISIT_KINDS:
        found |= metrics.visit_metrics(cell.visits, cell.refusals, centre.config)
        found |= metrics.visit_handle_time(cell.visits, leg_of)
    if kind in _RING_KINDS:
        found |= metrics.ring_metrics(cell.offers)
    if kind in _HANDLING_KINDS:
        found |= metrics.leg_metrics(cell.legs)
        found |= metrics.contact_metrics(cell.contacts)
        found |= metrics.transfer_metrics(cell.passed)
    return found


def _per_hour(cell: _Cell) -> Part:
    handled = metrics.contact_metrics(cell.worked)["handled_contacts"][0]
    return handled * HOUR_MS, sum(state.length_ms for state in cell.states)


def _leg_of(centre: Centre) -> dict[int, Segment]:
    return {id(segment.visit): segment for segment in centre.segments if segment.visit}


def kpi_days(centre: Centre) -> dict[tuple[str, Scope, object], Part]:
    """(metric, scope, local day) -> its parts: all metrics that are sums.

    The scope `all` counts its days in the centre's zone, all others in the source's.
    """

    def period(at: int, kind: str) -> object:
        return day_of(at, centre.config.centre_zone if kind == "all" else centre.config.zone)

    cells = _Cells(centre, period)
    for state in cut_at_quarters(states_of_all(centre)):
        for scope in (("all", "all"), ("agent", state.agent)):
            cells.found[scope, period(state.from_at, scope[0])].states.append(state)
    leg_of, found = _leg_of(centre), {}
    for (scope, when), cell in cells.found.items():
        parts = _parts(cell, scope[0], centre, leg_of)
        if scope[0] in ("all", "agent"):
            parts["occupancy"] = metrics.occupancy(cell.states)
            parts["contacts_per_hour"] = _per_hour(cell)
        found |= {(name, scope, when): part for name, part in parts.items()}
    return found


def kpi_quarters(centre: Centre) -> dict[tuple[str, Scope, object], Part]:
    """(metric, scope, start of the quarter hour) -> its parts, for scopes other than agents."""
    cells = _Cells(centre, lambda at, _kind: at - at % QUARTER)
    for state in cut_at_quarters(states_of_all(centre)):
        start = state.from_at - state.from_at % QUARTER
        cells.found[("all", "all"), start].states.append(state)
    leg_of, found = _leg_of(centre), {}
    for (scope, when), cell in cells.found.items():
        if scope[0] == "agent":
            continue
        parts = _parts(cell, scope[0], centre, leg_of)
        if scope[0] == "all":
            parts["occupancy"] = metrics.occupancy(cell.states)
            parts["contacts_per_hour"] = _per_hour(cell)
        found |= {(name, scope, when): part for name, part in parts.items()}
    return found


def wait_values(centre: Centre) -> dict[tuple[str, Scope, object], Fraction]:
    """(metric, scope, local day) -> percentiles and maximum of waits, in ms."""

    def period(at: int, kind: str) -> object:
        return day_of(at, centre.config.centre_zone if kind == "all" else centre.config.zone)

    found: dict[tuple[str, Scope, object], Fraction] = {}
    for (scope, when), cell in _Cells(centre, period).found.items():
        own = [visit for visit in cell.visits if not visit.is_consult]
        for name, share in SHARES.items():
            value = metrics.wait_percentile(own, share)
            if value is not None:
                found[name, scope, when] = Fraction(value)
        waits = [visit.wait_ms for visit in own if visit.wait_ms is not None]
        if waits:
            found["longest_wait", scope, when] = Fraction(max(waits))
    return found
