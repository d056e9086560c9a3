"""Offers (one ring at one agent) and segments (one agent on one leg)."""

from collections import defaultdict
from dataclasses import dataclass

from tests.oracle.config import Config
from tests.oracle.names import NOBODY, Names
from tests.oracle.parsing import SECOND, Line, Logs
from tests.oracle.visits import Visit, connected_at, hold_and_talk

_LOST_WITHIN = 2 * SECOND
_NO_ANSWER_SHARE = (8, 10)
_TRANSFERS = {"BLINDTRANSFER": "blind", "TRANSFER": "blind", "ATTENDEDTRANSFER": "attended"}


@dataclass(frozen=True)
class Offer:
    """One ring at one agent."""

    visit: Visit
    agent: str
    offered_at: int
    ring_ms: int | None
    outcome: str


@dataclass(frozen=True)
class Segment:
    """One agent on one leg."""

    callid: str
    visit: Visit | None
    queue: str | None
    agent: str
    role: str
    connected_at: int
    ended_at: int | None
    known_until: int | None
    """Where the end was not logged: until when the agent can at most have been busy, if known."""
    talk_ms: int | None
    wrap_ms: int | None
    transfer_type: str | None
    transfer_to: str | None
    is_open: bool
    is_cut: bool
    is_talk_unreliable: bool
    direction: str


def _ring_outcome(line: Line, visit: Visit, names: Names, config: Config) -> str:
    if line.event == "AGENTDUMP":
        return "dumped"
    if line.event == "RINGNOANSWER":
        ring = line.seconds(1)
        part, whole_share = _NO_ANSWER_SHARE
        limit = config.ring_timeout_s(visit.queue) * 1000 * part
        return "no_answer" if ring is not None and ring * whole_share >= limit else "declined"
    taken = visit.connect
    if taken and names.of(taken.agent) != names.of(line.agent):
        return "lost_to_other" if abs(taken.at - line.at) <= _LOST_WITHIN else "caller_left"
    return "caller_left"


def offers_of(visit: Visit, names: Names, config: Config) -> list[Offer]:
    """All rings of one visit.

    Reading: only what is in the visit's own story counts; a surplus CONNECT or ABANDON is an
    anomaly and no offer. A ring whose length was not logged was at least no full ring: declined.
    """
    found = []
    for line in visit.offers:
        ring = None if line.event == "AGENTDUMP" else line.seconds(1)
        outcome = _ring_outcome(line, visit, names, config)
        found.append(
            Offer(visit, names.of(line.agent), line.at - (ring or 0) * 1000, ring, outcome)
        )
    if line := visit.connect:
        ring = line.seconds(3)
        ring_ms = None if ring is None else ring * 1000
        at = line.at - (ring or 0) * SECOND
        found.append(Offer(visit, names.of(line.agent), at, ring_ms, "answered"))
    line = visit.terminal
    if line and line.event == "ABANDON" and line.agent not in NOBODY:
        found.append(Offer(visit, names.of(line.agent), line.at, None, "caller_left"))
    return found


def queue_segments(visits: list[Visit], logs: Logs, names: Names) -> list[Segment]:
    """The legs of all answered visits."""
    by_agent: dict[str, list[Line]] = defaultdict(list)
    for line in logs.lines:
        if line.event == "CONNECT":
            by_agent[names.of(line.agent)].append(line)
    wraps = [line for line in logs.lines if line.event == "WRAPUPSTART"]
    return [
        segment_of(visit, by_agent, wraps, names) for visit in visits if visit.outcome == "answered"
    ]


def segment_of(
    visit: Visit, connects: dict[str, list[Line]], wraps: list[Line], names: Names
) -> Segment:
    """The one leg of an answered visit.

    Reading: a leg whose visit is over (entered anew, or ended by an event of waiting) without
    an end of the talk is cut like one that a restart ended: its end was never logged, and it
    must not stay open for ever.
    """
    agent = visit.agent or ""
    connected = connected_at(visit) or visit.entered_at
    end = visit.talk_end
    talk = hold_and_talk(end)[1] if end else None
    ended = end.at if end else None
    talk_ms = None
    if end and ended is not None:
        talk_ms = talk * 1000 if talk is not None else (ended - connected) // 1000
    over_at = None if end else _over_at(visit, connected)
    inside = [
        line
        for line in connects.get(agent, [])
        if ended is not None and connected < line.at < ended and line is not visit.connect
    ]
    transfer = _TRANSFERS.get(end.event) if end else None
    return Segment(
        callid=visit.callid,
        visit=visit,
        queue=visit.queue,
        agent=agent,
        role="consult" if visit.is_consult else "customer",
        connected_at=connected,
        ended_at=ended,
        known_until=over_at,
        talk_ms=talk_ms,
        wrap_ms=_wrap_ms(visit, agent, connected, wraps, names),
        transfer_type=transfer,
        transfer_to=(end.param(1) or None) if end and transfer == "blind" else None,
        is_open=end is None and over_at is None,
        is_cut=end is None and over_at is not None,
        is_talk_unreliable=bool(inside),
        direction="internal" if visit.is_consult else "inbound",
    )


def _over_at(visit: Visit, connected: int) -> int | None:
    """When a leg with no logged end was over at the latest; None while it may still go on."""
    if visit.superseded_at is not None:
        return visit.superseded_at
    if visit.terminal:
        return visit.terminal.at
    return min((at for at in visit.restarts if at >= connected), default=None)


def _wrap_ms(
    visit: Visit, agent: str, connected: int, wraps: list[Line], names: Names
) -> int | None:
    """Wrap-up of a leg: the first WRAPUPSTART of its call, queue and agent after it connected."""
    own = [
        line
        for line in wraps
        if line.callid == visit.callid
        and line.queue == visit.queue
        and names.of(line.agent) == agent
        and line.at >= connected
    ]
    if not own:
        return None
    seconds = min(own, key=lambda line: (line.at, line.params_text)).seconds(1)
    return None if seconds is None else seconds * 1000
