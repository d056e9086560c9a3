"""One run of the world: seed, first day, number of days, what was planted in it, and its size."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from pipelines.demo.centre.events import Event, effect
from pipelines.demo.centre.rng import stream
from pipelines.demo.centre.sizing import queue_at, seats, site_at, team_at
from pipelines.demo.centre.world import (
    SITES,
    TEAMS,
    Queue,
    Site,
    Team,
    day_factor,
    instant,
    queues_of,
)


@dataclass(frozen=True)
class Scenario:
    """What makes a run what it is; two equal scenarios give equal files."""

    seed: int
    start: date
    days: int
    events: tuple[Event, ...] = ()
    size: float = 1.0

    def site(self, name: str) -> Site:
        """A site as large as it is in this run."""
        return site_at(SITES[name], self.size)

    def queues(self, site_name: str) -> list[Queue]:
        """The voice queues of a site as large as they are in this run."""
        return [queue_at(queue, self.size) for queue in queues_of(site_name)]

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """All teams, with the seats that they have in this run."""
        return tuple(team_at(team, self.size) for team in TEAMS)

    def slack(self, kind: str | None = None) -> float:
        """People for the same work (of a kind), against the whole centre; 1 there."""
        whole, here = (
            seats(team for team in teams if kind in {None, team.kind})
            for teams in (TEAMS, self.teams)
        )
        return here / (whole * self.size)

    @cached_property
    def dates(self) -> list[date]:
        """The local days simulated, the same at every site."""
        return [self.start + timedelta(days=n) for n in range(self.days)]

    @property
    def end(self) -> date:
        """The first day that is not simulated."""
        return self.start + timedelta(days=self.days)

    def rng(self, *names: object) -> Random:
        """The stream of chance with this name."""
        return stream(self.seed, *names)

    def windows(self, site_name: str) -> list[tuple[int, int, date]]:
        """Opening hours of a site: (opens, closes, local day), in ms, closed days left out."""
        site = SITES[site_name]
        return [
            (instant(day, site.opens, site.zone), instant(day, site.closes, site.zone), day)
            for day in self.dates
            if day_factor(site, day) > 0
        ]

    @cached_property
    def _effects(self) -> dict[tuple[str, str], tuple[Event, ...]]:
        """Events by what they change, so that the usual question is one look-up."""
        found: dict[tuple[str, str], tuple[Event, ...]] = {}
        for event in self.events:
            for what, scope, _ in event.effects:
                found[what, scope] = (*found.get((what, scope), ()), event)
        return found

    def effect(self, what: str, scope: str, at: int) -> float:
        """The product of all planted effects of a kind on a scope at an instant."""
        events = self._effects.get((what, scope))
        return 1.0 if events is None else effect(events, what, scope, at)
