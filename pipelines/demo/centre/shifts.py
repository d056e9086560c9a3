"""Shifts as planned and as worked: who is on when, breaks, training, leave, absence, lateness.

The planner matches the day's expected work: more people on strong weekdays, shift starts where
staff is missing. A working day is 8 paid hours and half an hour of unpaid lunch.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from random import Random

from pipelines.demo.centre.people import Person
from pipelines.demo.centre.rng import hit
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import DAY, MINUTE, SITES, Site, day_factor, day_shape, instant

_SPAN = 510
_STEP = 30
_QUARTER = 15
_LEAVE = 0.105
_QUOTA = 5
# Small groups need more people for the same service: staff grows with load + reserve x its root.
_WEEK_RESERVE, _DAY_RESERVE = 0.65, 0.07
_EXTRAS = ("coaching", "meeting", "training", "coaching", "training", "training", "meeting")
_BASE = {"break": (15, True), "lunch": (30, False), "coaching": (30, True), "meeting": (30, True),
         "training": (60, True)}  # fmt: skip


@dataclass(slots=True)
class Span:
    """A planned span of one activity, in ms."""

    activity: str
    starts: int
    ends: int
    is_paid: bool


@dataclass(slots=True)
class Shift:
    """One working day of one person: the plan, and when the person truly came and went."""

    person: Person
    day: date
    spans: list[Span]
    is_absent: bool
    login: int
    logout: int
    version_at: int

    @property
    def away(self) -> list[Span]:
        """The planned spans away from contacts."""
        return [span for span in self.spans if span.activity != "work"]


class Planner:
    """Plans the shifts of one site, week by week."""

    def __init__(self, scenario: Scenario, site: Site, people: list[Person]) -> None:
        self.scenario = scenario
        self.site = site
        self.people = people
        self.rng = scenario.rng("shifts", site.name)
        self.leave: set[tuple[str, date]] = set()

    def plan(self) -> tuple[list[Shift], list[tuple[Person, date]]]:
        """All shifts in order of days, and the days of paid leave."""
        shifts: list[Shift] = []
        leaves: list[tuple[Person, date]] = []
        first = self.scenario.start - timedelta(days=self.scenario.start.weekday())
        while first < self.scenario.end:
            week = [first + timedelta(days=n) for n in range(7)]
            for kind in ("voice", "digital", "outbound"):
                worked, free = self._week(kind, week)
                shifts += worked
                leaves += free
            first += timedelta(days=7)
        inside = [s for s in shifts if self.scenario.start <= s.day < self.scenario.end]
        inside.sort(key=lambda shift: (shift.day, shift.person.agent_id))
        return inside, [(p, d) for p, d in leaves if self.scenario.start <= d < self.scenario.end]

    def _week(self, kind: str, week: list[date]) -> tuple[list[Shift], list[tuple[Person, date]]]:
        group = [p for p in self.people if p.kind == kind and p.is_employed(week[3])]
        away = self._on_leave(group)
        free = [(p, day) for p in away for day in week[:_QUOTA] if p.is_employed(day)]
        on = [p for p in group if p not in away]
        left = {p.agent_id: _QUOTA for p in on}
        weights = [_staffed(day_factor(self.site, day), _WEEK_RESERVE) for day in week]
        shifts: list[Shift] = []
        total = sum(weights) or 1.0
        for place, day in enumerate(week):
            share = round(weights[place] / total * _QUOTA * len(on)) if weights[place] else 0
            ready = [p for p in on if left[p.agent_id] > 0 and p.is_employed(day)]
            ready.sort(key=lambda p: (-left[p.agent_id], self.rng.random()))
            chosen = ready[:share]
            for person in chosen:
                left[person.agent_id] -= 1
            shifts += self._day(chosen, day)
        return shifts, free

    def _on_leave(self, group: list[Person]) -> list[Person]:
        """Leave is shared out evenly over the year: as many people every week."""
        share = _LEAVE * len(group)
        n = int(share) + hit(self.rng, share - int(share))
        return self.rng.sample(group, n)

    def _day(self, chosen: list[Person], day: date) -> list[Shift]:
        """Give each of the day's people the start where staff is missing most, then breaks."""
        minutes = self.site.closes - self.site.opens
        shape = day_shape(minutes // _STEP)
        starts = range(0, (minutes - _SPAN + 15) // _STEP + 1)
        reserve = [_staffed(share, _DAY_RESERVE) for share in shape]
        scale = len(chosen) * (_SPAN / _STEP) / sum(reserve)
        wanted = [share * scale for share in reserve]
        missing = [1.0] * len(wanted)
        length = _SPAN // _STEP
        begun = []
        for _ in chosen:
            best = max(starts, key=lambda n: sum(missing[n : n + length]))
            for step in range(best, min(best + length, len(wanted))):
                missing[step] -= 1 / wanted[step]
            begun.append(best * _STEP + (15 if best == starts[-1] else 0))
        slack = Slack(wanted, begun)
        return [self._shift(p, day, at, slack) for p, at in zip(chosen, begun, strict=True)]

    def _shift(self, person: Person, day: date, begun: int, slack: "Slack") -> Shift:
        rng, zone = self.rng, self.site.zone
        begins = instant(day, self.site.opens + begun, zone)
        ends = begins + _SPAN * MINUTE
        if person.in_classroom(day):
            marks = [("lunch", 240)]
            filler = "training"
        else:
            marks, filler = _marks(person, day, begun, slack), "work"
        spans, at = [], begins
        for activity, offset in marks:
            length, is_paid = _BASE[activity]
            start = begins + offset * MINUTE
            spans.append(Span(filler, at, start, is_paid=True))
            spans.append(Span(activity, start, start + length * MINUTE, is_paid))
            at = start + length * MINUTE
        spans.append(Span(filler, at, ends, is_paid=True))
        scenario, site = self.scenario, self.site.name
        absence = self.site.absence * scenario.effect("absence", site, begins)
        late = scenario.effect("late", site, begins)
        login = begins + _come(rng, late)
        logout = ends + int(rng.gauss(1.0, 1.5) * MINUTE)
        if hit(rng, 0.012 * late):
            logout -= rng.randint(30, 180) * MINUTE
        version_at = instant(day, 600, zone) - 14 * DAY
        return Shift(
            person, day, spans, hit(rng, absence), login, max(logout, login + MINUTE), version_at
        )


def _staffed(load: float, reserve: float) -> float:
    return load + reserve * sqrt(load)


def _come(rng: Random, late: float) -> int:
    """Milliseconds after the planned start at which somebody logs in; early birds come before."""
    if hit(rng, min(0.5, 0.1 * late)):
        return int(rng.expovariate(1 / 9) * MINUTE)
    return int(rng.gauss(-0.3, 1.2) * MINUTE)


class Slack:
    """How many are on and how many are wanted, by quarter hours since the opening."""

    def __init__(self, wanted: list[float], begun: list[int]) -> None:
        self.wanted = [each for each in wanted for _ in range(2)]
        self.on = [
            sum(at // _QUARTER <= quarter < (at + _SPAN) // _QUARTER for at in begun)
            for quarter in range(len(self.wanted))
        ]

    def _quarters(self, minute: int, length: int) -> range:
        last = len(self.wanted)
        return range(min(minute // _QUARTER, last), min((minute + length) // _QUARTER, last))

    def strain(self, minute: int, length: int) -> float:
        """The worst ratio of wanted to present people if one more goes away then."""
        quarters = self._quarters(minute, length)
        return max((self.wanted[q] / max(self.on[q] - 1, 0.5) for q in quarters), default=0.0)

    def take(self, minute: int, length: int) -> None:
        """Somebody is away then."""
        for quarter in self._quarters(minute, length):
            self.on[quarter] -= 1


def _marks(person: Person, day: date, begun: int, slack: Slack) -> list[tuple[str, int]]:
    """The activities of a shift that are not work: (activity, minutes after its start).

    Each is put where it hurts least, within the times that people accept.
    """
    turn = (day.toordinal() + int(person.extension)) % len(_EXTRAS)
    marks: list[tuple[str, int]] = []
    for activity, first, last in (
        ("lunch", 195, 315), (_EXTRAS[turn], 45, 435), ("break", 60, 165), ("break", 345, 450),
    ):  # fmt: skip
        length = _BASE[activity][0]
        free = [n for n in range(first, last + 1, 15) if _is_free(marks, n, length)]
        best = min(free, key=lambda n: slack.strain(begun + n, length))
        slack.take(begun + best, length)
        marks.append((activity, best))
    return sorted(marks, key=lambda mark: mark[1])


def _is_free(marks: list[tuple[str, int]], offset: int, length: int) -> bool:
    return all(offset + length <= at or offset >= at + _BASE[activity][0] for activity, at in marks)


def site_shifts(
    scenario: Scenario, site_name: str, people: list[Person]
) -> tuple[list[Shift], list[tuple[Person, date]]]:
    """The shifts and paid leave days of a site."""
    return Planner(scenario, SITES[site_name], people).plan()
