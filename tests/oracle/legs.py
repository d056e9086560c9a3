"""Offers (one ring at one agent) and segments (one agent on one leg)."""

from collections import defaultdict
from dataclasses import dataclass, replace

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
    restart_at: int | None
    """The first restart after the instant in which it began."""
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
    legs = [_leg(visit) for visit in visits if visit.outcome == "answered"]
    wrap_of = _wraps(legs, logs, names)
    begun: dict[str, list[int]] = defaultdict(list)
    for leg in legs:
        if leg.visit and leg.visit.connect:
            begun[leg.agent].append(leg.connected_at)
    return [
        replace(
            leg,
            wrap_ms=wrap_of.get(id(leg)),
            is_talk_unreliable=_is_interrupted(leg, begun[leg.agent]),
        )
        for leg in legs
    ]


def _is_interrupted(leg: Segment, begun: list[int]) -> bool:
    """Another leg of the agent began inside this one: he was off this call by then.

    Reading: only a CONNECT that began a leg counts, not one that fits no visit.
    """
    end = leg.ended_at
    return end is not None and any(leg.connected_at < at < end for at in begun)


def _leg(visit: Visit) -> Segment:
    """The one leg of an answered visit.

    Reading: a leg whose visit is over (entered anew, or ended by an event of waiting) without
    an end of the talk is cut like one that a restart ended: its end was never logged, and it
    must not stay open for ever.
    """
    connected = connected_at(visit) or visit.entered_at
    end = visit.talk_end
    talk = hold_and_talk(end)[1] if end else None
    talk_ms = None
    if end:
        talk_ms = talk * 1000 if talk is not None else (end.at - connected) // 1000
    is_over, restart = _over(visit, connected)
    transfer = _TRANSFERS.get(end.event) if end else None
    return Segment(
        callid=visit.callid,
        visit=visit,
        queue=visit.queue,
        agent=visit.agent or "",
        role="consult" if visit.is_consult else "customer",
        connected_at=connected,
        ended_at=end.at if end else None,
        restart_at=restart,
        talk_ms=talk_ms,
        wrap_ms=None,
        transfer_type=transfer,
        transfer_to=(end.param(1) or None) if end and transfer == "blind" else None,
        is_open=end is None and not is_over,
        is_cut=end is None and is_over,
        is_talk_unreliable=False,
        direction="internal" if visit.is_consult else "inbound",
    )


def _over(visit: Visit, connected: int) -> tuple[bool, int | None]:
    """Whether a leg is over though its end was not logged, and the first restart that ended it.

    Reading: a restart in the instant of the connection came before it, as agents' time has it too;
    that the leg has to be taken for over stays.
    """
    since = [at for at in visit.restarts if at >= connected]
    is_left = visit.superseded_at is not None or visit.terminal is not None
    return is_left or bool(since), min((at for at in since if at > connected), default=None)


def _wraps(legs: list[Segment], logs: Logs, names: Names) -> dict[int, int]:
    """Wrap-up by leg (its id()).

    Reading: a WRAPUPSTART belongs to the latest leg of its call, queue and agent that had
    connected by then; of several of one leg the first counts.
    """
    found: dict[int, int] = {}
    lines = [line for line in logs.lines if line.event == "WRAPUPSTART"]
    for line in sorted(lines, key=lambda line: (line.at, line.params_text)):
        whose = line.callid, line.queue, names.of(line.agent)
        own = [leg for leg in legs if (leg.callid, leg.queue, leg.agent) == whose]
        own = [leg for leg in own if leg.connected_at <= line.at]
        seconds = line.seconds(1)
        if own and seconds is not None:
            leg = max(own, key=lambda leg: leg.connected_at)
            found.setdefault(id(leg), seconds * 1000)
    return found
