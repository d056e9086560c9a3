"""An agent's standing over time: log-in, queue memberships, pauses, as the log tells it.

Each change happens at an instant; all lines of one agent and instant are taken together, so that
their order in the file does not matter. Two that contradict each other at one instant (joined and
left, paused and back, in and out) leave the standing as it was before; but who was paused is so
anew, for the reason of that instant: he went on and paused again, or he would not be paused.
"""

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.config import Config
from tests.oracle.names import LOGIN, LOGOFF, NOBODY, OF_AN_AGENT, Names
from tests.oracle.parsing import SECOND, Line, Logs, to_moment, to_us

EVIDENCE = ("CONNECT", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP", "PAUSE", "UNPAUSE")
"""Events that an agent can only have in a queue he is a member of."""
_JUST_LEFT = 60 * SECOND


@dataclass(frozen=True)
class Pause:
    """A pause in effect: since when, and why."""

    since: int
    reason: str | None


@dataclass
class Standing:
    """What holds for one agent from an instant on."""

    login: str = "unknown"
    """unknown (no log-in events of him), in, out."""
    member_of: dict[str, bool] = field(default_factory=dict)
    """Queue -> the membership was logged (and not inferred)."""
    paused_in: dict[str, Pause] = field(default_factory=dict)
    """Queue he is a member of -> its pause."""
    pause: Pause | None = None
    """The pause over all queues."""

    @property
    def is_logged_in(self) -> bool:
        """By log-in, or by membership where log-ins are not logged."""
        return self.login == "in" or (self.login == "unknown" and bool(self.member_of))

    @property
    def is_explicit(self) -> bool:
        """Logged in by what the log says, not by what it lets one conclude."""
        return self.login == "in" or (self.login == "unknown" and any(self.member_of.values()))

    @property
    def is_paused(self) -> bool:
        """Paused in every queue he is in; in none: paused as a whole."""
        if self.member_of:
            return set(self.member_of) <= set(self.paused_in)
        return self.pause is not None

    @property
    def pauses(self) -> list[Pause]:
        """The pauses in effect, that over all queues among them, latest first."""
        own = list(self.paused_in.values()) + ([self.pause] if self.pause else [])
        return sorted(own, key=lambda pause: (-pause.since, pause.reason or ""))

    @property
    def n_queues_available(self) -> int:
        """Queues he is in and not paused in."""
        return len(set(self.member_of) - set(self.paused_in))


@dataclass(frozen=True)
class Change:
    """The standing of an agent from an instant on."""

    at: int
    standing: Standing
    cause: str
    """midnight, restart or lines: what of the instant changed it, in this order."""


def midnight(day: datetime, zone: str) -> int:
    """The first instant of a local day."""
    return to_us(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def midnights(from_at: int, to_at: int, zone: str) -> Iterator[int]:
    """First instants of the local days that start in (from, to]."""
    day = to_moment(from_at).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    while True:
        day += timedelta(days=1)
        at = midnight(day, zone)
        if at > to_at:
            return
        yield at


def day_of(at: int, zone: str) -> str:
    """The local day of an instant, as YYYY-MM-DD."""
    return to_moment(at).astimezone(ZoneInfo(zone)).date().isoformat()


def agent_lines(logs: Logs, names: Names) -> dict[str, list[Line]]:
    """The lines that name each agent, in order of time."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in logs.lines:
        if line.event in OF_AN_AGENT and line.agent not in NOBODY:
            found[names.of(line.agent, line.event)].append(line)
    return dict(found)


def timeline_of(lines: list[Line], logs: Logs, config: Config) -> list[Change]:
    """Follow one agent through his lines, all restarts, and the midnights between."""
    own: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        own[line.at].append(line)
    first, last = lines[0].at, logs.watermark or lines[-1].at
    nights = set(midnights(first, last, config.zone))
    restarts = {at for at in logs.restarts if at >= first}
    standing = Standing()
    left_at: dict[str, int] = {}
    changes: list[Change] = []
    for at in sorted(set(own) | nights | restarts):
        if at in nights:
            standing = deepcopy(standing)
            _forget(standing, lines, at, config.zone)
            changes.append(Change(at, standing, "midnight"))
        if at in restarts:
            standing = deepcopy(standing)
            _restart(standing)
            changes.append(Change(at, standing, "restart"))
        if at in own:
            standing = deepcopy(standing)
            _instant(standing, own[at], left_at)
            changes.append(Change(at, standing, "lines"))
    return changes


def _forget(standing: Standing, lines: list[Line], night: int, zone: str) -> None:
    """At midnight drop inferred memberships of an agent silent for the whole day before."""
    day_before = midnight(to_moment(night - 1).astimezone(ZoneInfo(zone)), zone)
    if any(day_before <= line.at < night for line in lines):
        return
    for queue in [queue for queue, is_logged in standing.member_of.items() if not is_logged]:
        standing.member_of.pop(queue)
        standing.paused_in.pop(queue, None)


def _restart(standing: Standing) -> None:
    """A restart ends everything.

    Reading: who was logged in is out; of whom no log-in was ever logged, nothing is known now
    either, so that his next membership counts.
    """
    standing.member_of.clear()
    standing.paused_in.clear()
    standing.pause = None
    if standing.login == "in":
        standing.login = "out"


def _instant(standing: Standing, lines: list[Line], left_at: dict[str, int]) -> None:
    before = deepcopy(standing)
    events = {line.event for line in lines}
    comes, goes = bool(events & set(LOGIN)), bool(events & set(LOGOFF))
    if comes != goes:
        standing.login = "in" if comes else "out"
    _memberships(standing, lines, left_at)
    _pauses(standing, before, lines)


def _queues(lines: list[Line], *events: str) -> set[str]:
    return {line.queue for line in lines if line.event in events and line.queue not in NOBODY}


def _memberships(standing: Standing, lines: list[Line], left_at: dict[str, int]) -> None:
    """Join and leave, then infer.

    Reading: only a REMOVEMEMBER counts as having left within the 60 s before (inclusive, and
    at the instant itself), a restart does not.
    """
    at = lines[0].at
    joined, gone = _queues(lines, "ADDMEMBER"), _queues(lines, "REMOVEMEMBER")
    for queue in joined - gone:
        standing.member_of[queue] = True
    for queue in gone - joined:
        standing.member_of.pop(queue, None)
        standing.paused_in.pop(queue, None)
    for queue in gone:
        left_at[queue] = at
    for queue in _queues(lines, *EVIDENCE) - set(standing.member_of):
        if queue not in left_at or at - left_at[queue] > _JUST_LEFT:
            standing.member_of[queue] = False


def _reason(lines: list[Line], *events: str) -> str | None:
    texts = sorted(line.params_text for line in lines if line.event in events)
    return texts[-1] or None if texts else None


def _pauses(standing: Standing, before: Standing, lines: list[Line]) -> None:
    """Pauses per queue and over all.

    Reading: a pause in a queue he is not in does nothing; joining while already a member does
    not end a pause; an ADDMEMBER with PAUSED is a pause of its instant.
    """
    at = lines[0].at
    events = {line.event for line in lines}
    all_paused, all_back = "PAUSEALL" in events, "UNPAUSEALL" in events
    joined_paused = {x.queue for x in lines if x.event == "ADDMEMBER" and x.param(1) == "PAUSED"}
    paused = _queues(lines, "PAUSE") | joined_paused
    back = _queues(lines, "UNPAUSE")
    for queue in standing.member_of:
        is_paused, is_back = all_paused or queue in paused, all_back or queue in back
        if is_paused and (queue in before.paused_in or not is_back):
            mine = [line for line in lines if line.queue == queue]
            reason = _reason(mine, "PAUSE") if "PAUSE" in {x.event for x in mine} else None
            if reason is None and all_paused:
                reason = _reason(lines, "PAUSEALL")
            standing.paused_in[queue] = Pause(at, reason)
        elif is_back and not is_paused:
            standing.paused_in.pop(queue, None)
    if all_paused and (before.pause or not all_back):
        standing.pause = Pause(at, _reason(lines, "PAUSEALL"))
    elif all_back and not all_paused:
        standing.pause = None
