"""Queue visits, their outcomes, and the lines that fit none.

The rule that makes them does not look at the order of lines inside one instant: events of one
second are not logged in the order in which they happened.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.oracle.config import Config
from tests.oracle.names import Names
from tests.oracle.parsing import SECOND, Line, Logs, whole

TALK_ENDS = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER")
WAIT_ENDS = (
    "ABANDON",
    "EXITWITHKEY",
    "EXITWITHTIMEOUT",
    "EXITEMPTY",
    "LEAVEEMPTY",
    "WITHDRAW",
    "SYSCOMPAT",
)
OFFERS = ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP")
STORY = ("ENTERQUEUE", "CONNECT", *TALK_ENDS, *WAIT_ENDS, *OFFERS)
"""Events of which the story of a visit is made."""
_OUTCOME = {
    "ABANDON": "abandoned",
    "EXITWITHKEY": "exit_key",
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "WITHDRAW": "withdrawn",
    "SYSCOMPAT": "withdrawn",
}
_TERMINAL_RANK = {event: rank for rank, event in enumerate(TALK_ENDS + WAIT_ENDS)}
_POSITION_OUT = {
    "ABANDON": 1,
    "EXITWITHTIMEOUT": 1,
    "EXITEMPTY": 1,
    "WITHDRAW": 1,
    "EXITWITHKEY": 2,
}


@dataclass
class Visit:
    """One entry of a call into one queue, as it is found in the lines."""

    entry: Line
    entry_repeat: int
    connect: Line | None = None
    terminal: Line | None = None
    offers: list[Line] = field(default_factory=list)
    superseded_at: int | None = None
    """When the call entered the same queue anew although this visit's end was never logged."""
    restarts: list[int] = field(default_factory=list)
    """Restarts of the switch at or after the entry."""
    # What follows is filled in by `tell`.
    ordinal: int = 0
    outcome: str = ""
    left_at: int | None = None
    wait_ms: int | None = None
    next_step: str = "none"
    next_queue: str | None = None
    is_consult: bool = False
    agent: str | None = None

    @property
    def callid(self) -> str:
        """The call."""
        return self.entry.callid

    @property
    def queue(self) -> str:
        """The queue."""
        return self.entry.queue

    @property
    def entered_at(self) -> int:
        """The instant of entry."""
        return self.entry.at

    @property
    def talk_end(self) -> Line | None:
        """The terminal, where it ends a talk."""
        return self.terminal if self.terminal and self.terminal.event in TALK_ENDS else None

    @property
    def position_in(self) -> int | None:
        """Place in the queue on entry."""
        return self.entry.seconds(3)

    @property
    def position_out(self) -> int | None:
        """Place in the queue on leaving unanswered."""
        number = _POSITION_OUT.get(self.terminal.event) if self.terminal else None
        return self.terminal.seconds(number) if self.terminal and number else None


@dataclass(frozen=True)
class Anomaly:
    """A line that fits no visit."""

    rule: str
    line: Line


@dataclass
class Story:
    """What the queue_log tells of all calls' waiting."""

    visits: list[Visit] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)


def _by_text(line: Line) -> tuple[str, str]:
    return line.params_text, line.agent


def _by_rank(line: Line) -> tuple[int, str, str]:
    return _TERMINAL_RANK[line.event], line.params_text, line.agent


class _Play:
    """The visits of one call in one queue, followed instant by instant."""

    def __init__(self) -> None:
        self.all: list[Visit] = []
        self.current: Visit | None = None
        self.anomalies: list[Anomaly] = []

    def instant(self, lines: list[Line]) -> None:
        """Take the events of one instant, in whatever order they come.

        Reading: "an earlier entry" includes one of the same instant; entries of one instant are
        in order of their parameters; equal parameters are settled by the agent's name.
        """
        before = self.current
        entries = sorted((x for x in lines if x.event == "ENTERQUEUE"), key=_by_text)
        new = [Visit(line, number) for number, line in enumerate(entries, 1)]
        earlier = self.all[-1] if self.all else None
        self.all += new
        in_play = ([before] if before else []) + new
        terminals = self._terminals(lines, is_talking=before is not None and bool(before.connect))
        for visit, line in zip(in_play, terminals, strict=False):
            visit.terminal = line
        self._surplus(terminals[len(in_play) :], "surplus_terminal", "terminal_without_entry")
        left = in_play[len(terminals) :]
        for visit in left[:-1]:
            visit.superseded_at = lines[0].at
        self.current = left[-1] if left else None
        self._connects(lines, in_play[: len(terminals)])
        self._offers(lines, in_play[0] if in_play else earlier)

    def _terminals(self, lines: list[Line], *, is_talking: bool) -> list[Line]:
        talk = sorted((x for x in lines if x.event in TALK_ENDS), key=_by_rank)
        wait = sorted((x for x in lines if x.event in WAIT_ENDS), key=_by_rank)
        return talk[:1] + wait + talk[1:] if is_talking else wait + talk

    def _connects(self, lines: list[Line], ended: list[Visit]) -> None:
        takers = [visit for visit in ended if visit.talk_end and not visit.connect]
        if self.current and not self.current.connect:
            takers.append(self.current)
        connects = sorted((x for x in lines if x.event == "CONNECT"), key=_by_text)
        for visit, line in zip(takers, connects, strict=False):
            visit.connect = line
        self._surplus(connects[len(takers) :], "surplus_connect", "connect_without_entry")

    def _offers(self, lines: list[Line], visit: Visit | None) -> None:
        for line in lines:
            if line.event in OFFERS:
                if visit:
                    visit.offers.append(line)
                else:
                    self.anomalies.append(Anomaly("offer_without_entry", line))

    def _surplus(self, lines: list[Line], with_entry: str, without: str) -> None:
        rule = with_entry if self.all else without
        self.anomalies += [Anomaly(rule, line) for line in lines]


def find_visits(logs: Logs) -> Story:
    """Put the lines of each (call, queue) into visits."""
    by_queue: dict[tuple[str, str], dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in logs.lines:
        if line.event in STORY:
            by_queue[line.callid, line.queue][line.at].append(line)
    story = Story()
    for instants in by_queue.values():
        play = _Play()
        for at in sorted(instants):
            play.instant(instants[at])
        story.visits += play.all
        story.anomalies += play.anomalies
    restarts = logs.restarts
    for visit in story.visits:
        visit.restarts = [at for at in restarts if at >= visit.entered_at]
    return story


def _outcome(visit: Visit) -> str:
    if visit.connect or visit.talk_end:
        return "answered"
    if visit.terminal:
        return _OUTCOME[visit.terminal.event]
    if visit.superseded_at is not None or visit.restarts:
        return "cut"
    return "open"


def hold_and_talk(line: Line) -> tuple[int | None, int | None]:
    """Hold and talk seconds of a line that ends a talk, in its layout."""
    if line.event in ("COMPLETECALLER", "COMPLETEAGENT"):
        return line.seconds(1), line.seconds(2)
    if line.event == "ATTENDEDTRANSFER":
        if len(line.params) < 3:
            return None, None
        return whole(line.params[-3]), whole(line.params[-2])
    return line.seconds(3), line.seconds(4)


def connected_at(visit: Visit) -> int | None:
    """When an answered visit was connected.

    Reading: with no CONNECT, the end of the talk minus the talk, but never before the entry;
    a talk end with no talk time means the two coincide.
    """
    if visit.connect:
        return visit.connect.at
    if visit.talk_end:
        talk = hold_and_talk(visit.talk_end)[1] or 0
        return max(visit.entered_at, visit.talk_end.at - talk * SECOND)
    return None


def _left_at(visit: Visit) -> int | None:
    if visit.outcome == "answered":
        return connected_at(visit)
    return visit.terminal.at if visit.terminal else None


def _wait_ms(visit: Visit) -> int | None:
    logged: int | None = None
    if visit.outcome == "answered":
        if visit.connect:
            logged = visit.connect.seconds(1)
        elif visit.talk_end:
            logged = hold_and_talk(visit.talk_end)[0]
    elif visit.terminal:
        logged = visit.terminal.seconds(4 if visit.terminal.event == "EXITWITHKEY" else 3)
    if logged is not None:
        return logged * 1000
    return None if visit.left_at is None else (visit.left_at - visit.entered_at) // 1000


def _next_step(visit: Visit, following: Visit | None, own: list[Line], config: Config) -> str:
    if visit.outcome == "answered":
        return "none"
    if following:
        return "queue"
    if visit.left_at is not None:
        after = {line.event for line in own if line.at >= visit.left_at}
        if after & set(config.callback_events):
            return "callback"
        if after & set(config.voicemail_events):
            return "voicemail"
    if visit.outcome == "exit_key" and visit.terminal:
        return config.exit_keys.get(visit.terminal.param(1), "unknown")
    return "none" if visit.outcome in ("abandoned", "open", "cut") else "unknown"


def tell(story: Story, logs: Logs, names: Names, config: Config) -> None:
    """Fill in outcome, wait, order and next step of each visit."""
    own: dict[str, list[Line]] = defaultdict(list)
    for line in logs.lines:
        own[line.callid].append(line)
    by_call: dict[str, list[Visit]] = defaultdict(list)
    for visit in story.visits:
        visit.outcome = _outcome(visit)
        visit.left_at = _left_at(visit)
        visit.wait_ms = _wait_ms(visit)
        visit.is_consult = names.is_agents_number(visit.entry.param(2))
        answer = visit.connect or visit.talk_end
        visit.agent = names.of(answer.agent) if answer else None
        by_call[visit.callid].append(visit)
    for callid, visits in by_call.items():
        _put_in_order(visits)
        for visit, following in zip(visits, [*visits[1:], None], strict=True):
            visit.next_step = _next_step(visit, following, own[callid], config)
            visit.next_queue = following.queue if following and visit.next_step == "queue" else None


def _put_in_order(visits: list[Visit]) -> None:
    def place(visit: Visit) -> tuple[int, bool, int, str, int]:
        is_unknown = visit.left_at is None
        return visit.entered_at, is_unknown, visit.left_at or 0, visit.queue, visit.entry_repeat

    visits.sort(key=place)
    for number, visit in enumerate(visits, 1):
        visit.ordinal = number
