"""When customers come: Poisson arrivals by quarter hour, and who they are.

The planted profile (expected contacts per quarter hour) is a ledger table of its own.
"""

from datetime import date
from math import log
from random import Random

from pipelines.demo.centre import names
from pipelines.demo.centre.rng import poisson
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import (
    DAY,
    MINUTE,
    QUARTER_MINUTES,
    SEGMENTS,
    Site,
    day_factor,
    day_shape,
    digital_queue,
    instant,
)

_QUARTER = QUARTER_MINUTES * MINUTE
_NIGHT_SHARE = 0.3
# The last tenth of a site's customers joins during the run and has not called yet.
_KNOWN = 0.9


class Customers:
    """The customers of a site, known by number; some call more often than others."""

    def __init__(self, scenario: Scenario, site: Site) -> None:
        self.site = site
        self.rng = scenario.rng("customers", site.name)
        self.scenario = scenario

    def ref(self, index: int) -> str:
        """The customer reference of the CRM."""
        return f"C{self.site.country}{index:06d}"

    def phone(self, index: int) -> str:
        """The customer's number."""
        return names.customer_phone(self.site.name, index, self.scenario.size)

    def draw(self, rng: Random) -> int:
        """Somebody; low numbers come more often."""
        return int(self.site.customers * _KNOWN * rng.random() ** 1.25)

    def rows(self) -> list[tuple[object, ...]]:
        """All customers as ledger rows; about 11 in 100 leave within a year."""
        rng, start, days = self.rng, self.scenario.start.toordinal(), self.scenario.days
        people = names.known(self.site.name)
        segments = rng.choices(
            [name for name, _ in SEGMENTS], [share for _, share in SEGMENTS], k=self.site.customers
        )
        rows: list[tuple[object, ...]] = []
        n_known = int(self.site.customers * _KNOWN)
        for index, segment in enumerate(segments):
            since = start - 1 - int(-900.0 * log(1 - rng.random()))
            if index >= n_known:
                since = start + int(rng.random() * days)
            left = max(since, start) + int(-3318.0 * log(1 - rng.random()))
            left_on = date.fromordinal(left) if left < start + days else None
            name, login = people[int(rng.random() * len(people))]
            rows.append((
                self.ref(index), self.site.name, segment, name, self.phone(index),
                f"{login}.{index}@example.com", date.fromordinal(since), left_on,
            ))  # fmt: skip
        return rows


class Arrivals:
    """Draws the contacts of one site, day by day."""

    def __init__(self, scenario: Scenario, site: Site) -> None:
        self.scenario = scenario
        self.site = site
        self.rng = scenario.rng("arrivals", site.name)

    def profile(self, name: str, per_day: float, day: date) -> list[tuple[int, float]]:
        """(start of the quarter hour, expected contacts) of one queue over the open hours."""
        site, scenario = self.site, self.scenario
        base = per_day * day_factor(site, day)
        if base <= 0:
            return []
        opens = instant(day, site.opens, site.zone)
        found = []
        shape = day_shape((site.closes - site.opens) // QUARTER_MINUTES)
        for place, share in enumerate(shape):
            at = opens + place * _QUARTER
            scale = scenario.effect("volume", site.name, at) * scenario.effect("volume", name, at)
            found.append((at, base * share * scale))
        return found

    def voice(self, day: date) -> tuple[list[tuple[int, str]], list[tuple[object, ...]]]:
        """Calls to the menus in order of time as (at, queue), and the day's planted profile."""
        calls: list[tuple[int, str]] = []
        planted: list[tuple[object, ...]] = []
        for queue in self.scenario.queues(self.site.name):
            for at, expected in self.profile(queue.name, queue.per_day, day):
                planted.append((self.site.name, queue.name, at, round(expected, 4)))
                calls += [(moment, queue.name) for moment in self._moments(at, expected, _QUARTER)]
        calls.sort()
        return calls, planted

    def written(self, day: date, channel: str) -> tuple[list[int], list[tuple[object, ...]]]:
        """Instants at which chats, e-mails or social messages come; mail comes at night too."""
        site = self.site
        per_day = {"chat": site.chats, "email": site.emails, "social": site.socials}[channel]
        name = digital_queue(site.name, channel)
        by_day = channel == "chat"
        planted: list[tuple[object, ...]] = []
        found: list[int] = []
        share = 1.0 if by_day else 1 - _NIGHT_SHARE
        for at, expected in self.profile(name, per_day * share, day):
            planted.append((site.name, name, at, round(expected, 4)))
            found += self._moments(at, expected, _QUARTER)
        if not by_day:
            opens, closes = (instant(day, m, site.zone) for m in (site.opens, site.closes))
            scale = self.scenario.effect("volume", name, opens)
            night = per_day * _NIGHT_SHARE * max(day_factor(site, day), 0.3) * scale
            found += self._moments(closes, night, opens + DAY - closes)
        return sorted(found), planted

    def _moments(self, at: int, expected: float, length: int) -> list[int]:
        rng = self.rng
        return [at + int(rng.random() * length) for _ in range(poisson(rng, expected))]
