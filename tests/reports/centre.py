"""A simulated centre in the shape of staging: calls queue for agents who are free or not.

What it knows of how ends come about is simple and seeded, so that pages can be looked at and
compared: arrivals follow a curve of the day, callers have patience, agents let a ring pass.
"""

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NASTY = "</script><img src=x onerror=alert(1)>&\u2028'\"@c1 %{x}"
"""A name that breaks out of HTML, script and Plotly text wherever it is not escaped."""

SOURCE = "pbx"
_WEEK = (1.25, 1.05, 1.0, 0.97, 1.0, 0.55, 0.3)
_MIX = (5, 4, 2, 0.15)

Row = dict[str, Any]


@dataclass(frozen=True)
class Centre:
    """What to make: `minutes` of calls from `start` (local time) on each of `days` days."""

    first_day: date = date(2026, 10, 20)
    days: int = 1
    start: str = "09:00"
    minutes: int = 120
    calls_a_day: int = 400
    zone: str = "Europe/Berlin"
    queues: tuple[str, ...] = ("sales", "support", "billing", NASTY)
    limits: tuple[int, ...] = (20, 20, 30, 20)
    agents: int = 12
    load: float = 0.82
    """Share of agents' time that calls would take if nobody gave up."""

    @property
    def talk_s(self) -> float:
        """Mean talk time that gives this load on a usual day."""
        return self.agents * self.minutes * 60 * self.load / self.calls_a_day

    def begins(self, day: date) -> datetime:
        """First instant of a day's calls (naive UTC)."""
        hour, minute = (int(part) for part in self.start.split(":"))
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(UTC).replace(tzinfo=None)


@dataclass
class Staging:
    """Rows by contract table, and the simulation's own state."""

    centre: Centre
    rng: random.Random
    rows: dict[str, list[Row]] = field(default_factory=dict)
    n_calls: int = 0

    def add(self, table: str, day: date | None, **row: Any) -> None:
        """One row with its common columns."""
        place = len(self.rows.setdefault(table, []))
        common = {"source": SOURCE, "zone": self.centre.zone, "local_date": day}
        lineage = {"file_id": "f1", "line_no": place + 1}
        self.rows[table].append(common | row | lineage)


def agent_name(number: int) -> str:
    """The first agent's name is hostile."""
    return NASTY if number == 0 else f"Agent {number:02d}"


def simulate(centre: Centre, seed: int = 7) -> dict[str, list[Row]]:
    """All days of the centre: contract table -> rows."""
    staging = Staging(centre, random.Random(seed))  # noqa: S311
    for place, queue in enumerate(centre.queues):
        staging.add(
            "queue_config", None, queue=queue, valid_from=None, queue_group="all lines",
            channel="voice", service_level_s=centre.limits[place], short_abandon_s=5,
            ring_timeout_s=15, wrap_limit_s=None, is_threshold_assumed=place == 1,
        )  # fmt: skip
    for number in range(centre.agents):
        staging.add(
            "roster", None, agent=agent_name(number), valid_from=None, aliases=None,
            extensions=None, name=agent_name(number), team=f"Team {'AB'[number % 2]}", site=None,
            first_seen_at=None, last_seen_at=None, is_inferred=True,
        )  # fmt: skip
    for offset in range(centre.days):
        _day(staging, centre.first_day + timedelta(days=offset))
    return staging.rows


def _day(staging: Staging, day: date) -> None:
    centre, rng = staging.centre, staging.rng
    first = centre.begins(day)
    weekday = 1.0 if centre.days == 1 else _WEEK[day.weekday()]
    free = []
    for number in range(max(2, round(centre.agents * min(1.0, weekday + 0.1)))):
        free.append((first + timedelta(seconds=number), number))
        _presence(staging, day, first, number)
    heapq.heapify(free)
    for place in sorted(
        rng.betavariate(1.6, 2.1) if rng.random() < 0.6 else rng.betavariate(3, 2)
        for _ in range(round(centre.calls_a_day * weekday * rng.uniform(0.92, 1.08)))
    ):
        _call(staging, day, first + timedelta(seconds=round(place * centre.minutes * 60)), free)


def _presence(staging: Staging, day: date, first: datetime, number: int) -> None:
    """Log-in, a break, log-out."""
    centre = staging.centre
    last = first + timedelta(minutes=centre.minutes)
    pause = first + timedelta(minutes=centre.minutes * (0.3 + 0.4 * number / centre.agents))
    back = pause + timedelta(minutes=centre.minutes * 0.05)
    common = {"agent": agent_name(number), "event_repeat": 1, "state": None, "is_inferred": False,
              "is_carried": False}  # fmt: skip
    events = [
        (first, "join", None), (pause, "pause", "lunch"), (back, "unpause", None),
        (last, "leave", None),
    ]  # fmt: skip
    for rank, (at, event, reason) in enumerate(events):
        for queue in centre.queues:
            staging.add("agent_event", day, queue=queue, event_at=at, event=event, reason=reason,
                        event_rank=rank, **common)  # fmt: skip


def _call(staging: Staging, day: date, entered: datetime, free: list) -> None:
    centre, rng = staging.centre, staging.rng
    staging.n_calls += 1
    contact = f"call-{staging.n_calls}"
    places = range(len(centre.queues))
    queue = centre.queues[rng.choices(places, _MIX[: len(centre.queues)])[0]]
    visit = {"contact_id": contact, "queue": queue, "entered_at": entered, "entry_repeat": 1}
    if rng.random() < 0.015:
        staging.add("queue_refusal", day, contact_id=contact, queue=queue, refused_at=entered,
                    refusal_ordinal=1, cause="full")  # fmt: skip
        _contact(staging, day, contact, entered, entered)
        return
    patience = timedelta(seconds=round(rng.expovariate(1 / (20 + 5 * centre.talk_s**0.5))))
    wait, agent, rings = _find_agent(staging, entered, free)
    for place, (at, number, ring_ms, outcome) in enumerate(rings, 1):
        if at - entered < patience:
            staging.add(
                "agent_offer", day, **visit, visit_ordinal=1, offer_ordinal=place,
                agent=agent_name(number), offered_at=at, ring_ms=ring_ms, outcome=outcome,
            )  # fmt: skip
    outcome = "answered"
    if patience < wait:
        outcome, wait = rng.choices(
            [("abandoned", patience), ("exit_key", patience), ("timeout", patience),
             ("empty", patience)], [80, 7, 10, 3],
        )[0]  # fmt: skip
    elif rng.random() < 0.002:
        outcome = "cut"
    left = None if outcome == "cut" else entered + wait
    staging.add(
        "queue_visit", day, **visit, visit_ordinal=1, left_at=left,
        wait_ms=None if left is None else round(wait.total_seconds() * 1000), outcome=outcome,
        next_step="none" if outcome in ("answered", "abandoned", "cut") else "unknown",
        next_queue=None, position_in=1, position_out=None, is_consult=False,
    )  # fmt: skip
    ended = left
    if outcome == "answered" and left is not None:
        ended = _talk(staging, day, visit, left, number=agent, free=free)
    else:
        heapq.heappush(free, (max(free[0][0], entered) if free else entered, agent))
    _contact(staging, day, contact, entered, ended)


def _find_agent(
    staging: Staging, entered: datetime, free: list
) -> tuple[timedelta, int, list[tuple[datetime, int, int, str]]]:
    """The agent who answers, how long it takes, and the rings on the way."""
    rng, rings = staging.rng, []
    at, number = heapq.heappop(free)
    at = max(at, entered)
    while rng.random() < 0.06 and len(rings) < 2:
        declined = rng.random() < 0.4
        ring_ms = rng.randint(1000, 4000) if declined else 15_000
        rings.append((at, number, ring_ms, "declined" if declined else "no_answer"))
        at += timedelta(milliseconds=ring_ms // 1000 * 1000)
        heapq.heappush(free, (at + timedelta(seconds=5), number))
        later, number = heapq.heappop(free)
        at = max(at, later)
    ring = rng.randint(1, 4)
    rings.append((at, number, ring * 1000, "answered"))
    return at + timedelta(seconds=ring) - entered, number, rings


def _talk(
    staging: Staging, day: date, visit: Row, left: datetime, *, number: int, free: list
) -> datetime:
    rng = staging.rng
    skill = 0.8 + 0.4 * number / staging.centre.agents
    talk = timedelta(
        seconds=max(3, round(rng.gammavariate(2.2, staging.centre.talk_s / 2.2 * skill)))
    )
    wrap = timedelta(seconds=round(staging.centre.talk_s / 10))
    passed_on = rng.random() < 0.07
    staging.add(
        "handle_segment", day, **visit, visit_ordinal=1, segment_ordinal=1, segment_repeat=1,
        channel="voice", agent=agent_name(number), role="customer", connected_at=left,
        ended_at=left + talk, talk_ms=round(talk.total_seconds() * 1000), hold_ms=None,
        wrap_ms=round(wrap.total_seconds() * 1000), talk_includes_hold=True,
        is_talk_unreliable=False, is_open=False, is_cut=False,
        transfer_type="blind" if passed_on else None, transfer_to="desk" if passed_on else None,
    )  # fmt: skip
    heapq.heappush(free, (left + talk + wrap, number))
    return left + talk


def _contact(
    staging: Staging, day: date, contact: str, started: datetime, ended: datetime | None
) -> None:
    staging.add(
        "contact", day, contact_id=contact, root_contact_id=contact, related_contact_id=None,
        kind="customer", channel="voice", direction="inbound", customer_ref=None,
        caller_extension=None, started_at=started, ended_at=ended, entry_point=None, site=None,
        reason=None, reason_group=None, disposition=None, language=None, recording_ref=None,
        is_open=False, is_in_queue_log=True, is_in_cdr=False,
    )  # fmt: skip
