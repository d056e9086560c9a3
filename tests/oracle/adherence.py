"""Planned against lived time, minute by minute: slow, plain, and nothing of callmart imported.

Instants are naive UTC on whole minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001
PRODUCTIVE = ("handling", "wrap", "ringing", "available")
ALLOWED = {
    "work": set(PRODUCTIVE),
    "break": {"break", "paused", "off"},
    "other_work": {"other_work", "paused", "off"},
    "absence": set(),
}


@dataclass(frozen=True)
class Planned:
    """A row of a schedule."""

    activity: str
    starts_at: datetime
    ends_at: datetime
    kind: str
    is_paid: bool
    version_at: datetime | None
    approved_at: datetime | None

    @property
    def order(self) -> datetime:
        """Later versions come later; one without an instant is the first."""
        return self.version_at or LONG_AGO

    @property
    def counts_from(self) -> datetime | None:
        """When it was approved; a plan that knows no versions always is."""
        if self.kind == "planned" and self.version_at is None:
            return LONG_AGO
        return self.approved_at


@dataclass(frozen=True)
class Lived:
    """A stretch in one state in one source."""

    source: str
    state: str
    state_class: str
    mapped_state: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True)
class Activities:
    """What activities are, and which states keep to them."""

    classes: dict[str, str]
    allowed: dict[str, set[str]]


def day_of(at: datetime, zone: str) -> date:
    """The local day of an instant."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def quarter_of(at: datetime) -> datetime:
    """The quarter hour in which an instant lies."""
    return at.replace(minute=at.minute // 15 * 15, second=0)


def shift_dates(plan: Iterable[Planned], zone: str) -> dict[Planned, date]:
    """The day on which the shift of each span began."""
    found: dict[Planned, date] = {}
    began = until = None
    for span in sorted(plan, key=lambda s: (s.starts_at, s.ends_at)):
        if span.ends_at - span.starts_at >= timedelta(hours=16):
            found[span] = day_of(span.starts_at, zone)
            continue
        if began is None or until is None or span.starts_at - until >= timedelta(hours=4):
            began, until = span.starts_at, span.ends_at
        until = max(until, span.ends_at)
        is_shift = span.starts_at - began < timedelta(hours=48)
        found[span] = day_of(began if is_shift else span.starts_at, zone)
    return found


def plan_at(at: datetime, plan: Iterable[Planned], dates: dict[Planned, date]) -> Planned | None:
    """The span that counts at an instant."""
    quarter = quarter_of(at)
    approved = [s for s in plan if s.counts_from is not None and s.counts_from < quarter]
    newest: dict[tuple[object, ...], datetime] = {}
    for span in approved:
        name = _unit(span, dates)
        newest[name] = max(newest.get(name, LONG_AGO), span.order)
    covering = [
        span
        for span in approved
        if span.starts_at <= at < span.ends_at and span.order == newest[_unit(span, dates)]
    ]
    rank = {"exception": 0, "overtime": 1, "planned": 2}
    # Later versions and starts first, then the shorter span.
    covering.sort(key=lambda s: (s.ends_at, s.activity))
    covering.sort(key=lambda s: (s.order, s.starts_at), reverse=True)
    covering.sort(key=lambda s: rank[s.kind])
    return covering[0] if covering else None


def _unit(span: Planned, dates: dict[Planned, date]) -> tuple[object, ...]:
    if span.kind == "planned":
        return ("planned", dates[span])
    return (span.kind, span.starts_at, span.activity)


def state_at(at: datetime, states: Iterable[Lived]) -> Lived | None:
    """The state that counts at an instant; None is logged out."""
    order = ("handling", "wrap", "ringing", "available", "other_work", "break", "paused")
    there = [s for s in states if s.from_at <= at < s.to_at]
    there.sort(key=lambda s: (order.index(s.state_class), s.mapped_state, s.source))
    return there[0] if there else None


def _minutes(plan: list[Planned], states: list[Lived], until: datetime) -> Iterator[datetime]:
    starts = [s.starts_at for s in plan] + [s.from_at for s in states]
    ends = [s.ends_at for s in plan] + [s.to_at for s in states]
    at = min(starts)
    while at < max(ends) and at < until:
        yield at
        at += MINUTE


def judged(
    plan: list[Planned], states: list[Lived], zone: str, activities: Activities, until: datetime
) -> dict[tuple[date, datetime], dict[str, int]]:
    """Minutes of each measure in each quarter hour, of one agent who has a plan.

    Args:
        plan: all rows of his schedules.
        states: all his states.
        zone: of his site, and of all rows.
        activities: the map.
        until: how far his time is known.
    """
    dates = shift_dates(plan, zone)
    rows = [
        (at, plan_at(at, plan, dates), state_at(at, states)) for at in _minutes(plan, states, until)
    ]
    came: dict[date, int] = defaultdict(int)
    work: dict[date, int] = defaultdict(int)
    for _, span, state in rows:
        kind = activities.classes.get(span.activity) if span else None
        if span and kind != "absence":
            came[dates[span]] += state is not None
            work[dates[span]] += kind == "work"
    absent = {day for day in work if work[day] and not came[day]}
    found: dict[tuple[date, datetime], dict[str, int]] = {}
    for at, span, state in rows:
        if span or state:
            cell = found.setdefault((day_of(at, zone), quarter_of(at)), defaultdict(int))
            is_absent = span is not None and dates[span] in absent
            for measure in _measures(span, state, activities, is_absent=is_absent):
                cell[measure] += 1
    return found


def _measures(
    span: Planned | None, state: Lived | None, activities: Activities, *, is_absent: bool
) -> Iterator[str]:
    """What one minute counts for."""
    kind = activities.classes.get(span.activity) if span else None
    does = state.state_class if state else "off"
    is_absent = is_absent and kind != "absence"
    is_elsewhere = (
        span is not None
        and does == "off"
        and kind == "other_work"
        and "off" in activities.allowed[span.activity]
        and not is_absent
    )
    if does in (*PRODUCTIVE, "other_work") or is_elsewhere:
        yield "worked_ms"
        if span is None or kind == "absence":
            yield "worked_unscheduled_ms"
    if span is None:
        return
    yield "planned_ms"
    if kind is None:
        yield "unmapped_ms"
        return
    if kind != "absence":
        yield "scheduled_ms"
        words = {state.state, state.state_class, state.mapped_state} if state else {"off"}
        if words & activities.allowed[span.activity] and not (does == "off" and is_absent):
            yield "in_adherence_ms"
    if kind == "work":
        yield "scheduled_work_ms"
        if does == "off":
            yield "absent_ms" if is_absent else "late_ms"
    if kind == "other_work":
        yield "scheduled_other_work_ms"
    if span.is_paid:
        yield "paid_ms"
        yield _paid(kind, does, is_absent=is_absent)


def _paid(kind: str, does: str, *, is_absent: bool) -> str:
    """Which part of paid time a paid minute is."""
    if does in PRODUCTIVE:
        return "paid_worked_ms"
    if does == "off":
        if kind == "absence" or is_absent:
            return "paid_absent_ms"
        return {"work": "paid_late_ms", "break": "paid_break_ms"}.get(kind, "paid_other_work_ms")
    if does == "paused":
        return {"break": "paid_break_ms", "other_work": "paid_other_work_ms"}.get(
            kind, "paid_paused_ms"
        )
    return f"paid_{does}_ms"
