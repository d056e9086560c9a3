"""What each agent did at every moment: spans of states that do not overlap."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from tests.oracle.centre import Centre
from tests.oracle.parsing import SECOND
from tests.oracle.timeline import Change, agent_lines, day_of, midnights, timeline_of

QUARTER = 900 * SECOND
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class State:
    """One agent in one state from an instant to another."""

    agent: str
    state: str
    reasons: tuple[str | None, ...]
    """Reasons of the latest pauses in effect: more than one where several began together."""
    from_at: int
    to_at: int
    n_queues_available: int | None
    is_inferred: bool

    @property
    def length_ms(self) -> int:
        """Milliseconds, both ends cut to whole ones: so parts of a span add up to it."""
        return self.to_at // 1000 - self.from_at // 1000


def union(spans: Spans) -> Spans:
    """Spans joined where they overlap or touch, in order; empty ones dropped."""
    joined: Spans = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _covers(spans: Spans, at: int) -> bool:
    place = bisect_right(spans, (at, float("inf"))) - 1
    return place >= 0 and at < spans[place][1]


def _busy(centre: Centre, watermark: int) -> dict[str, dict[str, Spans]]:
    """Per agent and kind (handling, wrap, ringing): the spans, none beyond the watermark.

    Reading: a leg that may still go on counts until the watermark. One whose end was never logged
    counts until what shows first that it was over: a restart, or the next entry of its call into
    a queue. Without any of these nobody knows its length, and none counts.
    """
    entries: dict[str, list[int]] = defaultdict(list)
    for visit in centre.visits:
        entries[visit.callid].append(visit.entered_at)
    busy: dict[str, dict[str, Spans]] = defaultdict(lambda: defaultdict(list))
    for segment in centre.segments:
        end = segment.ended_at
        if end is None:
            end = watermark
        if segment.is_cut:
            shown = [at for at in entries[segment.callid] if at > segment.connected_at]
            shown += [segment.restart_at] if segment.restart_at else []
            end = min(shown, default=segment.connected_at)
        busy[segment.agent]["handling"].append((segment.connected_at, min(end, watermark)))
        if segment.ended_at is not None and segment.wrap_ms:
            wrap_end = min(end + segment.wrap_ms * 1000, watermark)
            busy[segment.agent]["wrap"].append((end, wrap_end))
    for offer in centre.offers:
        ring_end = offer.offered_at + (offer.ring_ms or 0) * 1000
        busy[offer.agent]["ringing"].append((offer.offered_at, min(ring_end, watermark)))
    return busy


def states_of_all(centre: Centre) -> list[State]:
    """The spans of every agent that the logs name."""
    watermark = centre.logs.watermark
    if watermark is None:
        return []
    busy = _busy(centre, watermark)
    lines = agent_lines(centre.logs, centre.names)
    found: list[State] = []
    for agent in sorted(set(busy) | set(lines)):
        changes = timeline_of(lines[agent], centre.logs, centre.config) if agent in lines else []
        spans = {kind: union(busy[agent][kind]) for kind in ("handling", "wrap", "ringing")}
        found += _states(agent, changes, spans, watermark, centre.config.zone)
    return found


def _states(
    agent: str, changes: list[Change], busy: dict[str, Spans], watermark: int, zone: str
) -> list[State]:
    cuts = {change.at for change in changes} | {watermark}
    for spans in busy.values():
        cuts |= {at for span in spans for at in span}
    cuts |= set(midnights(min(cuts), watermark, zone))
    starts = [change.at for change in changes]
    found: list[State] = []
    for start, end in pairwise(sorted(cut for cut in cuts if cut <= watermark)):
        place = bisect_right(starts, start) - 1
        state = _at(agent, changes[place] if place >= 0 else None, busy, start, end)
        if state:
            found.append(state)
    return _merged(found, zone)


def _at(
    agent: str, change: Change | None, busy: dict[str, Spans], start: int, end: int
) -> State | None:
    """The state between two neighbouring cuts; None when logged out."""
    standing = change.standing if change else None
    inferred = standing is None or not standing.is_explicit
    for kind in ("handling", "wrap", "ringing"):
        if _covers(busy[kind], start):
            return State(agent, kind, (), start, end, None, inferred)
    if standing is None or not standing.is_logged_in:
        return None
    if standing.is_paused:
        latest = [p.reason for p in standing.pauses if p.since == standing.pauses[0].since]
        return State(
            agent, "paused", tuple(sorted(set(latest), key=str)), start, end, None, inferred
        )
    n_queues = standing.n_queues_available
    return State(agent, "available", (), start, end, n_queues, inferred)


def _merged(states: list[State], zone: str) -> list[State]:
    """Neighbours that differ in nothing become one, within a local day."""
    merged: list[State] = []
    for state in states:
        last = merged[-1] if merged else None
        if (
            last
            and _continues(last, state)
            and day_of(last.from_at, zone) == day_of(state.from_at, zone)
        ):
            merged[-1] = replace(last, to_at=state.to_at)
        else:
            merged.append(state)
    return merged


def _continues(one: State, other: State) -> bool:
    def look(state: State) -> tuple[object, ...]:
        return state.state, state.reasons, state.n_queues_available, state.is_inferred

    return one.to_at == other.from_at and look(one) == look(other)


def cut_at_quarters(states: list[State]) -> list[State]:
    """Spans cut at quarter hours, so that each piece is in one period of every zone."""
    pieces: list[State] = []
    for state in states:
        start = state.from_at
        while start < state.to_at:
            end = min(state.to_at, start - start % QUARTER + QUARTER)
            pieces.append(replace(state, from_at=start, to_at=end))
            start = end
    return pieces
