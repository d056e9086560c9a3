"""Calls through queues, as lines of a queue_log at moments counted from the centre's start."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Draw = Any
MOMENT = tuple[int, str]
"""Milliseconds from the start, and the line without its time."""

GAPS = st.sampled_from((0, 0, 0, 1, 1, 2, 3, 5, 8, 13, 40, 300))
"""Seconds between two events of one call; many are of one second."""
RING_MS = st.sampled_from((0, 300, 1000, 3900, 4000, 5000, 11_999, 12_000, 15_000))
OUTSIDE = ("+442079460001", "02079460002", "+33697010003", "14155550104", "anonymous", "")
EXTENSIONS = ("2001", "7002", "s")


@dataclass
class Cast:
    """Who and what there is in a centre."""

    queues: list[str]
    agents: list[str]
    extension_of: dict[str, str] = field(default_factory=dict)
    """Agent -> extension, of those whose extension is known."""
    epoch: int = 0
    """The centre's start in epoch seconds."""


@dataclass
class Call:
    """One call: its lines and what its call records need."""

    callid: str
    caller: str
    moments: list[MOMENT] = field(default_factory=list)
    last_ms: int = 0

    def say(self, queue: str, agent: str, event: str, *params: object) -> None:
        """Log a line at the current moment."""
        text = "|".join([self.callid, queue, agent, event, *map(str, params)])
        self.moments.append((self.last_ms, text))

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.last_ms += seconds * 1000


@st.composite
def calls(draw: Draw, number: int, cast: Cast, day_s: int) -> Call:
    """One call: one to three visits, each with rings and one of all ends."""
    start = draw(st.integers(0, day_s) | st.sampled_from((0, 1, 60, 61, 86_399, 86_400)))
    callid = f"{cast.epoch + start}.{number}"
    inside = list(cast.extension_of.values())
    caller = draw(st.sampled_from(OUTSIDE * 3 + tuple(inside)))
    call = Call(callid, caller, last_ms=start * 1000)
    queue = draw(st.sampled_from(cast.queues))
    if draw(st.integers(0, 9)) == 0:
        _refused(draw, call, queue)
        return call
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 2, 3)))):
        _visit(draw, call, queue, cast)
        call.wait(draw(GAPS))
        queue = draw(st.sampled_from([queue, *cast.queues]))
    if draw(st.integers(0, 5)) == 0:
        call.say(queue, "NONE", draw(st.sampled_from(("CALLBACKREQ", "VOICEMAIL", "SURVEY"))), "5")
    return call


def _refused(draw: Draw, call: Call, queue: str) -> None:
    call.say(queue, "NONE", "DID", "5550100")
    event = draw(st.sampled_from(("FULL", "JOINEMPTY", "CLOSED", "DIVERT_CA_RATIO", None)))
    if event:
        call.say(queue, "NONE", event)


def _visit(draw: Draw, call: Call, queue: str, cast: Cast) -> None:
    entered = call.last_ms
    if draw(st.booleans()):
        call.say(queue, "NONE", "DID", "5550100")
    call.say(queue, "NONE", "ENTERQUEUE", "", call.caller, draw(st.integers(1, 4)))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        call.wait(draw(GAPS))
        _ring(draw, call, queue, draw(st.sampled_from(cast.agents)))
    call.wait(draw(GAPS))
    hold = (call.last_ms - entered) // 1000
    hold += draw(st.sampled_from((0, 0, 0, 1)))
    if draw(st.integers(0, 2)):
        agent, other = draw(st.sampled_from(cast.agents)), draw(st.sampled_from(cast.agents))
        if other != agent and draw(st.integers(0, 3)) == 0:
            call.say(queue, other, "RINGCANCELED", draw(RING_MS))
        _answered(draw, call, queue, agent, hold)
    else:
        _unanswered(draw, call, queue, cast, hold)


def _ring(draw: Draw, call: Call, queue: str, agent: str) -> None:
    event = draw(st.sampled_from(("RINGNOANSWER", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP")))
    call.say(queue, agent, event, *([] if event == "AGENTDUMP" else [draw(RING_MS)]))


def _unanswered(draw: Draw, call: Call, queue: str, cast: Cast, hold: int) -> None:
    place = draw(st.integers(1, 3))
    event = draw(
        st.sampled_from(
            (
                "ABANDON",
                "ABANDON",
                "ABANDON",
                "EXITWITHTIMEOUT",
                "EXITEMPTY",
                "LEAVEEMPTY",
                "WITHDRAW",
                "EXITWITHKEY",
                "SYSCOMPAT",
                "lost",
            )
        )
    )
    if event == "lost":
        return
    agent = "NONE"
    if event == "ABANDON" and draw(st.integers(0, 3)) == 0:
        agent = draw(st.sampled_from(cast.agents))
    params: list[object] = [place, 1, hold]
    if event == "EXITWITHKEY":
        params = [draw(st.sampled_from("015")), *params]
    elif event == "SYSCOMPAT":
        params = []
    elif event == "WITHDRAW":
        params.append("why")
    call.say(queue, agent, event, *params)


def _answered(draw: Draw, call: Call, queue: str, agent: str, hold: int) -> None:
    if draw(st.integers(0, 9)):
        ring = draw(st.sampled_from((0, 0, 1, 3)))
        call.say(queue, agent, "CONNECT", hold, f"{call.callid}9", ring)
    connected = call.last_ms
    call.wait(draw(GAPS))
    talk = (call.last_ms - connected) // 1000
    talk += draw(st.sampled_from((0, 0, 0, 1)))
    ends = [
        ("COMPLETECALLER", hold, talk, 1),
        ("COMPLETEAGENT", hold, talk, 1),
        ("BLINDTRANSFER", draw(st.sampled_from(EXTENSIONS)), "internal", hold, talk, 1),
        ("TRANSFER", "s", "user", hold, talk),
        ("ATTENDEDTRANSFER", "BRIDGE", "5521f0fe", hold, talk, 1),
        ("ATTENDEDTRANSFER", "LINK", "PJSIP/a-1", "PJSIP/b-2", hold, talk, 1),
        ("ATTENDEDTRANSFER", "APP", "Park", hold, talk, 1),
    ]
    end = draw(st.sampled_from([*ends, None]))
    if end:
        call.say(queue, agent, *end)
        if draw(st.integers(0, 9)) == 0:
            call.say(queue, agent, *draw(st.sampled_from(ends)))
        if draw(st.integers(0, 4)) == 0:
            call.say(queue, agent, "WRAPUPSTART", draw(st.sampled_from((0, 3, 15))))
