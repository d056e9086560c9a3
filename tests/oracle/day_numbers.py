"""What the wide marts carry: numbers of one queue, or of one agent, in one span of time.

Counts of service leave consultations out; `n_consult` says how many. Everything is whole numbers
of things and of milliseconds.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.oracle.centre import Centre
from tests.oracle.config import Config
from tests.oracle.contacts import Refusal
from tests.oracle.legs import Offer, Segment
from tests.oracle.states import QUARTER, State, cut_at_quarters, states_of_all
from tests.oracle.timeline import day_of
from tests.oracle.visits import Visit

LOST = ("abandoned", "timeout", "empty", "withdrawn")
OCCUPIED = ("handling", "wrap")
IN_OCCUPANCY = ("handling", "wrap", "ringing", "available")


def is_within_threshold(visit: Visit, config: Config) -> bool:
    """The wait is known and not longer than T, the limit included."""
    return visit.wait_ms is not None and visit.wait_ms <= config.threshold_s(visit.queue) * 1000


def is_short_abandon(visit: Visit, config: Config) -> bool:
    """Abandoned within t, the limit included."""
    limit = config.short_s(visit.queue) * 1000
    return visit.outcome == "abandoned" and visit.wait_ms is not None and visit.wait_ms <= limit


def queue_numbers(
    visits: list[Visit],
    refusals: list[Refusal],
    offers: list[Offer],
    segments: list[Segment],
    config: Config,
) -> dict[str, int | None]:
    """The columns of queue_day and queue_interval, out of the rows of one queue and time.

    Reading: a refused call that an agent made is a consultation too, but nothing in the log
    says so of a call that never entered; it counts as blocked.
    """
    own = [visit for visit in visits if not visit.is_consult]
    of = Counter(visit.outcome for visit in own)
    answered = [visit for visit in own if visit.outcome == "answered"]
    within = [visit for visit in own if is_within_threshold(visit, config)]
    waits = [visit.wait_ms for visit in own if visit.wait_ms is not None]
    legs = [segment for segment in segments if segment.role == "customer"]
    rings = [offer for offer in offers if not offer.visit.is_consult]
    return {
        "n_offered": len(own),
        "n_answered": of["answered"],
        "n_abandoned": of["abandoned"],
        "n_short_abandoned": sum(is_short_abandon(visit, config) for visit in own),
        "n_exit_key": of["exit_key"],
        "n_timeout": of["timeout"],
        "n_empty": of["empty"],
        "n_withdrawn": of["withdrawn"],
        "n_overflow": of["overflow"],
        "n_cut": of["cut"],
        "n_open": of["open"],
        "n_blocked": len(refusals),
        "n_answered_in_threshold": sum(visit.outcome == "answered" for visit in within),
        "n_lost_in_threshold": sum(visit.outcome in LOST for visit in within),
        "n_abandoned_in_threshold": sum(visit.outcome == "abandoned" for visit in within),
        "n_consult": len(visits) - len(own),
        "wait_answered_ms": sum(visit.wait_ms or 0 for visit in answered),
        "wait_all_ms": sum(waits),
        "longest_wait_ms": max(waits, default=None),
        "talk_ms": sum(segment.talk_ms or 0 for segment in legs),
        "n_segments": len(legs),
        "n_offers": len(rings),
        "n_ring_no_answer": sum(offer.outcome == "no_answer" for offer in rings),
        "n_declined": sum(offer.outcome == "declined" for offer in rings),
        "n_transfers": sum(segment.transfer_type is not None for segment in legs),
    }


@dataclass
class _Rows:
    visits: list[Visit] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


def _queue_rows(centre: Centre, bucket: Callable[[int], object]) -> dict[tuple[str, object], _Rows]:
    """Rows by queue and time: visits at entry, offers at the ring, legs at connect."""
    rows: dict[tuple[str, object], _Rows] = defaultdict(_Rows)
    for visit in centre.visits:
        rows[visit.queue, bucket(visit.entered_at)].visits.append(visit)
    for refusal in centre.refusals:
        rows[refusal.queue, bucket(refusal.at)].refusals.append(refusal)
    for offer in centre.offers:
        rows[offer.visit.queue, bucket(offer.offered_at)].offers.append(offer)
    for segment in centre.segments:
        if segment.queue is not None:
            rows[segment.queue, bucket(segment.connected_at)].segments.append(segment)
    return rows


def queue_days(centre: Centre) -> dict[tuple[str, object], dict[str, int | None]]:
    """(queue, local day) -> its numbers."""
    zone = centre.config.zone
    rows = _queue_rows(centre, lambda at: day_of(at, zone))
    return {
        key: queue_numbers(r.visits, r.refusals, r.offers, r.segments, centre.config)
        for key, r in rows.items()
    }


def queue_intervals(centre: Centre) -> dict[tuple[str, object], dict[str, int | None]]:
    """(queue, start of the quarter hour in microseconds) -> its numbers."""
    rows = _queue_rows(centre, lambda at: at - at % QUARTER)
    return {
        key: queue_numbers(r.visits, r.refusals, r.offers, r.segments, centre.config)
        for key, r in rows.items()
    }


def state_ms(states: Iterable[State]) -> dict[str, int]:
    """Milliseconds per state; ringing counts into logged-in time, like all others."""
    total: Counter[str] = Counter()
    for state in states:
        length = state.length_ms
        total[f"{state.state}_ms"] += length
        total["logged_in_ms"] += length
        if state.is_inferred:
            total["inferred_ms"] += length
    names = ("handling", "wrap", "ringing", "available", "paused", "logged_in", "inferred")
    return {f"{name}_ms": total[f"{name}_ms"] for name in names}


def agent_days(
    centre: Centre, states: list[State] | None = None
) -> dict[tuple[str, str], dict[str, int]]:
    """(agent, local day) -> the columns of agent_day.

    Reading: n_handled_contacts counts contacts with a leg of the agent and a customer that
    connected on the day; talk is of customer legs, while handling time is of all.
    """
    zone = centre.config.zone
    states = states_of_all(centre) if states is None else states
    own_states: dict[tuple[str, str], list[State]] = defaultdict(list)
    legs: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    rings: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for state in states:
        own_states[state.agent, day_of(state.from_at, zone)].append(state)
    for segment in centre.segments:
        if segment.role == "customer":
            legs[segment.agent, day_of(segment.connected_at, zone)].append(segment)
    for offer in centre.offers:
        if not offer.visit.is_consult:
            rings[offer.agent, day_of(offer.offered_at, zone)].append(offer)
    return {
        key: _agent_day(legs[key], rings[key]) | state_ms(own_states[key])
        for key in sorted({*own_states, *legs, *rings})
    }


def _agent_day(legs: list[Segment], rings: list[Offer]) -> dict[str, int]:
    return {
        "n_handled_contacts": len({segment.callid for segment in legs}),
        "n_segments": len(legs),
        "talk_ms": sum(segment.talk_ms or 0 for segment in legs),
        "hold_ms": 0,
        "wrap_sum_ms": sum(segment.wrap_ms or 0 for segment in legs),
        "n_offers": len(rings),
        "n_ring_no_answer": sum(offer.outcome == "no_answer" for offer in rings),
        "n_declined": sum(offer.outcome == "declined" for offer in rings),
        "n_transfers": sum(segment.transfer_type is not None for segment in legs),
    }


def state_intervals(states: list[State]) -> dict[tuple[str, int], dict[str, int]]:
    """(agent, start of the quarter hour) -> milliseconds per state."""
    pieces: dict[tuple[str, int], list[State]] = defaultdict(list)
    for piece in cut_at_quarters(states):
        pieces[piece.agent, piece.from_at - piece.from_at % QUARTER].append(piece)
    return {key: state_ms(own) for key, own in pieces.items()}
