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

    def n_next(step: str) -> int:
        return sum(visit.next_step == step for visit in own)

    return {
        "offered": (c.offered, 1),
        "answered": (c.answered, 1),
        "abandoned": (c.abandoned, 1),
        "short_abandoned": (c.short, 1),
        "exited": (n(*EXITED), 1),
        "cut": (n("cut"), 1),
        "still_open": (n("open"), 1),
        "blocked": (len(refusals), 1),
        "attempts": (c.offered + len(refusals), 1),
        **service_levels(c),
        **asterisk_levels(count(visits, config)),
        "average_speed_of_answer": (waits(answered), c.answered),
        "average_patience": (waits(closed), c.abandoned),
        "time_to_abandon": (waits(abandoned), c.abandoned),
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
    return {
        "ring_no_answer_rate": (sum(offer.outcome == "no_answer" for offer in own), ended),
        "declined_rate": (sum(offer.outcome == "declined" for offer in own), ended),
    }


def handle_metrics(segments: list[Segment]) -> dict[str, Part]:
    """Handle time per leg, and talk per leg, of customers' legs whose talk is known."""
    legs = [s for s in segments if s.role == "customer" and s.talk_ms is not None]
    handled = sum((s.talk_ms or 0) + (s.wrap_ms or 0) for s in legs)
    return {
        "handle_time_per_leg": (handled, len(legs)),
        "average_talk_time": (sum(s.talk_ms or 0 for s in legs), len(legs)),
    }


def contact_metrics(contacts: list[Contact]) -> dict[str, Part]:
    """Handle time and transfers of handled customers' contacts."""
    handled = [c for c in contacts if c.kind == "customer" and c.is_handled]
    talk = sum((s.talk_ms or 0) + (s.wrap_ms or 0) for c in handled for s in c.segments)
    return {
        "average_handle_time": (talk, len(handled)),
        "transfer_rate": (sum(c.n_transfers > 0 for c in handled), len(handled)),
    }


def occupancy(states: list[State]) -> Part:
    """Busy time over the time one could be busy, of spans that the log tells and not infers."""
    known = [state for state in states if not state.is_inferred]

    def length(*kinds: str) -> int:
        return sum((s.to_at - s.from_at) // 1000 for s in known if s.state in kinds)

    return length(*OCCUPIED), length(*IN_OCCUPANCY)


def ratio(part: Part) -> Fraction | None:
    """The value of a ratio; none when nothing happened."""
    return Fraction(part[0], part[1]) if part[1] else None
