"""A small centre, made at random from a seed: rows of staging as an adapter would deliver them.

Two systems in two zones over a change of clocks. Calls at all hours, across midnights, over days,
open and cut ones; agents who stay for days, with the carried rows that each midnight needs.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

FIRST = date(2026, 10, 21)
LAST = date(2026, 10, 28)
ZONES = {"berlin": "Europe/Berlin", "york": "America/New_York"}
QUEUES = {"berlin": ("sales", "support"), "york": ("billing",)}
AGENTS = {"berlin": ("anna", "bert", "cleo"), "york": ("dora", "emil")}
OUTCOMES = ("abandoned", "timeout", "exit_key", "empty", "withdrawn", "cut", "open")
EVENTS = ("join",) * 3 + ("leave", "pause", "pause", "unpause", "login", "logout")
SECOND = timedelta(seconds=1)


def local_date(at: datetime, zone: str) -> date:
    """The local day of an instant."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """The instant (UTC) at which a local day begins."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


@dataclass
class Standing:
    """What an agent's events say so far, replayed plainly."""

    members: dict[str, bool] = field(default_factory=dict)
    """Queue -> whether the membership is told and not inferred."""
    pauses: dict[str, str | None] = field(default_factory=dict)
    """Queue paused -> reason."""
    flag: tuple[str | None] | None = None
    login: str | None = None

    def apply(self, event: str, queue: str | None, reason: str | None, inferred: bool) -> None:
        """Take in one event that is not a carried one."""
        if event in ("login", "logout"):
            self.login = event
        elif event == "join":
            assert queue
            self.members[queue] = not inferred
        elif event == "leave":
            assert queue
            self.members.pop(queue, None)
            self.pauses.pop(queue, None)
        elif event == "pause":
            for name in [queue] if queue else list(self.members):
                self.pauses[name] = reason
            if queue is None:
                self.flag = (reason,)
        else:
            for name in [queue] if queue else list(self.pauses):
                self.pauses.pop(name, None)
            if queue is None:
                self.flag = None

    def carried(self) -> list[tuple[str, str | None, str | None, bool]]:
        """Events that restate it at a midnight: event, queue, reason, inferred."""
        rows: list[tuple[str, str | None, str | None, bool]] = []
        if self.login:
            rows.append((self.login, None, None, False))
        if self.flag:
            rows.append(("pause", None, self.flag[0], False))
        rows += [("join", queue, None, not told) for queue, told in sorted(self.members.items())]
        rows += [("pause", queue, reason, False) for queue, reason in sorted(self.pauses.items())]
        return rows


class Centre:
    """Everything of one seed: `tables` by name, `watermarks` by source."""

    def __init__(self, seed: int, calls: int = 60, events: int = 25) -> None:
        self._random = random.Random(seed)  # noqa: S311  equal from run to run
        self.tables: dict[str, list[Row]] = defaultdict(list)
        self.watermarks: dict[str, datetime] = {}
        for source, zone in ZONES.items():
            self._source, self._zone = source, zone
            self._start = midnight(FIRST, zone)
            self._end = midnight(LAST, zone) + timedelta(hours=17, seconds=7)
            self.watermarks[source] = self._end
            for number in range(calls):
                self._call(f"{source}-{number}")
            for agent in AGENTS[source]:
                self._agent(agent, events)
        self._reference()

    def _row(self, table: str, at: datetime | None, **columns: Any) -> None:
        day = local_date(at, self._zone) if at else None
        lineage = {"file_id": "f", "line_no": len(self.tables[table]) + 1}
        own = {"source": self._source, "zone": self._zone, "local_date": day}
        self.tables[table].append(own | columns | lineage)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _instant(self) -> datetime:
        # One in five lies close to a midnight.
        if self._chance(0.2):
            days = (LAST - FIRST).days
            day = FIRST + timedelta(days=self._random.randint(1, days))
            near = midnight(day, self._zone)
            return near + SECOND * self._random.randint(-120, 120)
        seconds = int((self._end - self._start).total_seconds()) - 3600
        return self._start + timedelta(milliseconds=self._random.randint(0, seconds * 1000))

    def _call(self, contact: str) -> None:
        if self._chance(0.15):
            self._outbound(contact)
            return
        at = started = self._instant()
        is_consult = self._chance(0.1)
        last: datetime | None = at
        segments = 0
        for ordinal in range(1, self._random.choice((1, 1, 1, 2, 3)) + 1):
            visit = self._visit(contact, ordinal, at, is_consult)
            if visit["outcome"] == "answered":
                segments += 1
                end = self._leg(visit, segments, is_consult)
                last = max(last, end) if end and last else None
                at = (end or visit["left_at"]) + SECOND
            else:
                at = (visit["left_at"] or at) + SECOND
            if at > self._end - timedelta(hours=1):
                break
        if self._chance(0.05):
            self._row("queue_refusal", started, contact_id=contact,
                      queue=self._random.choice(QUEUES[self._source]), refused_at=started,
                      refusal_ordinal=1, cause="full")  # fmt: skip
        self._row(
            "contact", started, contact_id=contact, root_contact_id=contact,
            kind="consult" if is_consult else "customer", channel="voice",
            direction="internal" if is_consult else "inbound",
            started_at=started, ended_at=last, site=None, is_open=last is None,
            is_in_queue_log=True, is_in_cdr=False,
        )  # fmt: skip

    def _outbound(self, contact: str) -> None:
        at = self._instant()
        end = at + SECOND * self._random.randint(1, 600)
        self._row(
            "handle_segment", at, contact_id=contact, visit_ordinal=None, segment_ordinal=1,
            segment_repeat=1, queue=None, entered_at=None, entry_repeat=None, channel="voice",
            agent=self._agent_name(), role="customer", connected_at=at, ended_at=end,
            talk_ms=round((end - at).total_seconds() * 1000), hold_ms=None, wrap_ms=None,
            talk_includes_hold=True, is_talk_unreliable=False, is_open=False, is_cut=False,
            transfer_type=None,
        )  # fmt: skip
        self._row(
            "contact", at, contact_id=contact, root_contact_id=contact, kind="customer",
            channel="voice", direction="outbound", started_at=at, ended_at=end, site=None,
            is_open=False, is_in_queue_log=False, is_in_cdr=True,
        )  # fmt: skip

    def _visit(self, contact: str, ordinal: int, at: datetime, is_consult: bool) -> Row:
        wait = self._random.choice((0, 3000, 5000, 20000, 20001, 45500, 300000))
        outcome = "answered" if self._chance(0.7) else self._random.choice(OUTCOMES)
        left = None if outcome in ("open", "cut") else at + timedelta(milliseconds=wait)
        visit = {
            "contact_id": contact,
            "visit_ordinal": ordinal,
            "queue": self._random.choice(QUEUES[self._source]),
            "entered_at": at,
            "entry_repeat": 1,
            "left_at": left,
            "wait_ms": None if left is None else wait,
            "outcome": outcome,
            "next_step": self._random.choice(("none", "queue", "callback", "voicemail")),
            "is_consult": is_consult,
        }
        self._row("queue_visit", at, **visit)
        for number in range(1, self._random.choice((1, 1, 2)) + 1):
            rung = at + SECOND * self._random.randint(0, 60)
            ring = self._random.choice((None, 0, 4000, 15000, 90000))
            result = self._random.choice(("answered", "no_answer", "declined", "dumped"))
            self._row("agent_offer", rung, contact_id=contact, visit_ordinal=ordinal,
                      queue=visit["queue"], entered_at=at, entry_repeat=1, offer_ordinal=number,
                      agent=self._agent_name(), offered_at=rung, ring_ms=ring,
                      outcome=result)  # fmt: skip
        return visit

    def _agent_name(self) -> str:
        return self._random.choice(AGENTS[self._source])

    def _leg(self, visit: Row, ordinal: int, is_consult: bool) -> datetime | None:
        connected = visit["left_at"]
        talk = self._random.choice((0, 30_500, 180_000, 900_000, 5_400_000, 100_000_000))
        fate = self._random.choice(("ended",) * 8 + ("open", "cut"))
        end = connected + timedelta(milliseconds=talk) if fate == "ended" else None
        if end and end > self._end:
            fate, end = "open", None
        self._row(
            "handle_segment", connected, contact_id=visit["contact_id"],
            visit_ordinal=visit["visit_ordinal"], segment_ordinal=ordinal, segment_repeat=1,
            queue=visit["queue"], entered_at=visit["entered_at"], entry_repeat=1, channel="voice",
            agent=self._agent_name(), role="consult" if is_consult else "customer",
            connected_at=connected, ended_at=end, talk_ms=talk if end else None,
            hold_ms=self._random.choice((None, 0, 2000)) if end else None,
            wrap_ms=self._random.choice((None, 0, 30_000, 600_000)) if end else None,
            talk_includes_hold=self._chance(0.5), is_talk_unreliable=False,
            is_open=fate == "open", is_cut=fate == "cut",
            transfer_type="blind" if self._chance(0.2) else None,
        )  # fmt: skip
        return end

    def _agent(self, agent: str, number: int) -> None:
        standing = Standing()
        days = iter(FIRST + timedelta(days=n) for n in range(1, (LAST - FIRST).days + 2))
        day = next(days)
        place = 0
        for at in sorted(self._instant() for _ in range(number)):
            while at >= midnight(day, self._zone):
                self._carry(agent, standing, midnight(day, self._zone))
                day = next(days)
            for _ in range(self._random.choice((1, 1, 2, 3))):
                place += 1
                event = self._random.choice(
                    (
                        "join",
                        "join",
                        "join",
                        "leave",
                        "pause",
                        "pause",
                        "unpause",
                        "login",
                        "logout",
                    )
                )
                queue: str | None = self._random.choice(QUEUES[self._source])
                if event in ("login", "logout") or (event.endswith("pause") and self._chance(0.4)):
                    queue = None
                reason = self._random.choice((None, "Lunch", "Break")) if event == "pause" else None
                inferred = event in ("join", "leave") and self._chance(0.3)
                if event.endswith("pause") and queue and queue not in standing.members:
                    continue
                standing.apply(event, queue, reason, inferred)
                self._event(agent, at, rank=place, event=event, queue=queue, reason=reason,
                            inferred=inferred, carried=False)  # fmt: skip
        while midnight(day, self._zone) < self._end:
            self._carry(agent, standing, midnight(day, self._zone))
            day = next(days)

    def _carry(self, agent: str, standing: Standing, at: datetime) -> None:
        for place, (event, queue, reason, inferred) in enumerate(standing.carried()):
            self._event(agent, at, rank=place - 100, event=event, queue=queue, reason=reason,
                        inferred=inferred, carried=True)  # fmt: skip

    def _event(
        self, agent: str, at: datetime, *, rank: int, event: str, queue: str | None,
        reason: str | None, inferred: bool, carried: bool,
    ) -> None:  # fmt: skip
        self._row("agent_event", at, agent=agent, queue=queue, event_at=at, event_rank=rank,
                  event_repeat=1, event=event, reason=reason, is_inferred=inferred,
                  is_carried=carried)  # fmt: skip

    def _reference(self) -> None:
        for self._source, self._zone in ZONES.items():
            for queue in QUEUES[self._source]:
                for valid_from, limit in ((None, 20), (date(2026, 10, 24), 30)):
                    self._row("queue_config", None, queue=queue, valid_from=valid_from,
                              queue_group="front" if queue != "support" else None,
                              channel="voice", service_level_s=limit, short_abandon_s=5,
                              is_threshold_assumed=False)  # fmt: skip
            for agent in AGENTS[self._source][:-1]:
                for valid_from, team in ((None, "red"), (date(2026, 10, 25), "blue")):
                    self._row("roster", None, agent=agent, valid_from=valid_from, team=team,
                              site=self._source, is_inferred=False)  # fmt: skip
