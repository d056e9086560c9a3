"""The metrics of the registry, each as its two parts, out of the rows of one scope and time."""

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.config import Config
from tests.oracle.contacts import Contact, Refusal
from tests.oracle.day_numbers import IN_OCCUPANCY, LOST, OCCUPIED, is_short_abandon
from tests.oracle.day_numbers import is_within_threshold as is_within
from tests.oracle.legs import Offer, Segment
from tests.oracle.states import State
from tests.oracle.visits import Visit

Part = tuple[int, int]
"""Numerator and denominator. Times are in milliseconds."""
EXITED = ("exit_key", "timeout", "empty", "withdrawn", "overflow")
RING_ENDS = ("answered", "no_answer", "declined", "dumped")


@dataclass(frozen=True)
class Outcomes:
    """Counts of visits from which all service levels are made."""

    offered: int
    answered: int
    abandoned: int
    lost: int
    answered_in_t: int
    abandoned_in_t: int
    lost_in_t: int
    short: int


def count(visits: list[Visit], config: Config) -> Outcomes:
    """Count visits by outcome and threshold."""
    within = [visit for visit in visits if is_within(visit, config)]

    def n(rows: list[Visit], *outcomes: str) -> int:
        return sum(visit.outcome in outcomes for visit in rows)

    return Outcomes(
        offered=len(visits),
        answered=n(visits, "answered"),
        abandoned=n(visits, "abandoned"),
        lost=n(visits, *LOST),
        answered_in_t=n(within, "answered"),
        abandoned_in_t=n(within, "abandoned"),
        lost_in_t=n(within, *LOST),
        short=sum(is_short_abandon(visit, config) for visit in visits),
    )


def service_levels(c: Outcomes) -> dict[str, Part]:
    """Every definition of service level that takes customers' visits, and the lost ones."""
    return {
        "service_level": (c.answered_in_t, c.answered + c.abandoned - c.short),
        "service_level_all_positive": (
            c.answered_in_t + c.abandoned_in_t,
            c.answered + c.abandoned,
        ),
        "service_level_answered_only": (c.answered_in_t, c.answered),
        "service_level_all_negative": (c.answered_in_t, c.answered + c.abandoned),
        "service_level_ignore_ab_in_t": (
            c.answered_in_t,
            c.answered + c.abandoned - c.abandoned_in_t,
        ),
        "service_level_short_positive": (c.answered_in_t + c.short, c.answered + c.abandoned),
        "service_level_lost": (c.answered_in_t, c.answered + c.lost - c.short),
        "lost_rate": (c.lost - c.short, c.offered - c.short),
        "abandonment_rate": (c.abandoned - c.short, c.offered - c.short),
    }


def asterisk_levels(c: Outcomes) -> dict[str, Part]:
    """Asterisk's own two, over all visits, consultations too."""
    return {
        "service_level_asterisk": (c.answered_in_t, c.answered),
        "service_level_asterisk2": (c.answered_in_t + c.lost_in_t, c.answered + c.lost),
    }


def visit_metrics(visits: list[Visit], refusals: list[Refusal], config: Config) -> dict[str, Part]:
    """Metrics of waiting; counts have denominator 1."""
    own = [visit for visit in visits if not visit.is_consult]
    c = count(own, config)
    answered = [visit for visit in own if visit.outcome == "answered"]
    abandoned = [visit for visit in own if visit.outcome == "abandoned"]
    closed = [visit for visit in own if visit.outcome not in ("open", "cut")]

    def waits(rows: list[Visit]) -> int:
        return sum(visit.wait_ms or 0 for visit in rows)

    def n(*outcomes: str) -> int:
        return sum(visit.outcome in outcomes for visit in own)

    def n_timed(rows: list[Visit]) -> int:
        return sum(visit.wait_ms is not None for visit in rows)

    def n_next(step: str) -> int:
        return sum(visit.next_step == step for visit in own)

    return {
        "offered": (c.offered, 1),
        "answered": (c.answered, 1),
        "abandoned": (c.abandoned, 1),
        "short_abandoned": (c.short, 1),
        "exited": (n(*EXITED), 1),
        "left_by_key": (n("exit_key"), 1),
        "timed_out": (n("timeout"), 1),
        "left_empty": (n("empty"), 1),
        "withdrawn": (n("withdrawn"), 1),
        "overflowed": (n("overflow"), 1),
        "lost": (c.lost, 1),
        "consults": (len(visits) - c.offered, 1),
        "cut": (n("cut"), 1),
        "still_open": (n("open"), 1),
        "blocked": (len(refusals), 1),
        "attempts": (c.offered + len(refusals), 1),
        **service_levels(c),
        **asterisk_levels(count(visits, config)),
        "average_speed_of_answer": (waits(answered), n_timed(answered)),
        "average_patience": (waits(closed), n_timed(abandoned)),
        "time_to_abandon": (waits(abandoned), n_timed(abandoned)),
        "callback_rate": (n_next("callback"), c.offered),
        "voicemail_rate": (n_next("voicemail"), c.offered),
        "timeout_rate": (n("timeout"), c.offered),
    }


def wait_percentile(visits: list[Visit], share: Fraction) -> Fraction | None:
    """Percentile of waits of answered visits, in ms, linear between neighbours."""
    waits = sorted(v.wait_ms for v in visits if v.outcome == "answered" and v.wait_ms is not None)
    if not waits:
        return None
    place = share * (len(waits) - 1)
    low = int(place)
    high = min(low + 1, len(waits) - 1)
    return waits[low] + (waits[high] - waits[low]) * (place - low)


def ring_metrics(offers: list[Offer]) -> dict[str, Part]:
    """Rings not answered and declined, of the rings that were the agent's to answer."""
    own = [offer for offer in offers if not offer.visit.is_consult]
    ended = sum(offer.outcome in RING_ENDS for offer in own)
    rings = [o.ring_ms for o in own if o.outcome == "answered" and o.ring_ms is not None]
    return {
        "ring_no_answer_rate": (sum(offer.outcome == "no_answer" for offer in own), ended),
        "declined_rate": (sum(offer.outcome == "declined" for offer in own), ended),
        "average_ring_time": (sum(rings), len(rings)),
    }


def handle_time(parts: list[tuple[int | None, int | None]]) -> Part:
    """Talk and wrap of things of which the talk is known.

    Reading: wrap-up that is not known of every one of them is left out for all, so that a mean
    never mixes two meanings.
    """
    known = [(talk, wrap) for talk, wrap in parts if talk is not None]
    total = sum(talk for talk, _ in known)
    wraps = [wrap for _, wrap in known if wrap is not None]
    if len(wraps) == len(known):
        total += sum(wraps)
    return total, len(known)


def leg_metrics(segments: list[Segment]) -> dict[str, Part]:
    """Metrics of customers' legs."""
    legs = [segment for segment in segments if segment.role == "customer"]
    talks = [leg.talk_ms for leg in legs if leg.talk_ms is not None]
    wraps = [leg.wrap_ms for leg in legs if leg.wrap_ms is not None]
    return {
        "handled_legs": (len(legs), 1),
        "handle_time_per_leg": handle_time([(leg.talk_ms, leg.wrap_ms) for leg in legs]),
        "average_talk_time": (sum(talks), len(talks)),
        "average_wrap_time": (sum(wraps), len(wraps)),
    }


def all_known(values: list[int | None]) -> int | None:
    """The sum where each value is known, else None."""
    known = [value for value in values if value is not None]
    return sum(known) if values and len(known) == len(values) else None


def customer_legs(contact: Contact) -> list[Segment]:
    """The legs of a contact with a customer, in order."""
    return [segment for segment in contact.segments if segment.role == "customer"]


def is_handled(contact: Contact) -> bool:
    """A customer's contact with at least one leg."""
    return contact.kind == "customer" and bool(customer_legs(contact))


def contact_metrics(contacts: list[Contact]) -> dict[str, Part]:
    """Metrics of handled contacts, credited to whoever had the last leg."""
    handled = [customer_legs(contact) for contact in contacts if is_handled(contact)]
    times = [
        (all_known([s.talk_ms for s in legs]), all_known([s.wrap_ms for s in legs]))
        for legs in handled
    ]
    return {
        "handled_contacts": (len(handled), 1),
        "average_handle_time": handle_time(times),
    }


def transfer_metrics(contacts: list[Contact]) -> dict[str, Part]:
    """Metrics of handled contacts, credited to whoever first passed them on."""
    handled = [contact for contact in contacts if is_handled(contact)]
    passed = sum(any(s.transfer_type for s in customer_legs(contact)) for contact in handled)
    return {"transfer_rate": (passed, len(handled))}


def visit_handle_time(visits: list[Visit], leg_of: dict[int, Segment]) -> dict[str, Part]:
    """Handle time of answered visits; `leg_of` has the leg of a visit by its id()."""
    legs = [leg_of[id(v)] for v in visits if v.outcome == "answered" and not v.is_consult]
    times = [(leg.talk_ms, leg.wrap_ms) for leg in legs]
    return {"handle_time_per_visit": handle_time(times)}


def occupancy(states: list[State]) -> Part:
    """Busy time over the time one could be busy, of spans that the log tells and not infers."""
    known = [state for state in states if not state.is_inferred]

    def length(*kinds: str) -> int:
        return sum(s.length_ms for s in known if s.state in kinds)

    return length(*OCCUPIED), length(*IN_OCCUPANCY)


def ratio(part: Part) -> Fraction | None:
    """The value of a ratio; none when nothing happened."""
    return Fraction(part[0], part[1]) if part[1] else None
