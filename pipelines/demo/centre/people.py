"""Who works where: seats, the people who hold them one after another, teams and supervisors.

A seat is never left empty for long: leavers are replaced, joiners train for two weeks and then
learn for some months. `Person.pace` and `Person.solving` are the learning curve.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from math import exp
from random import Random

from pipelines.demo.centre import names, quirks
from pipelines.demo.centre.rng import hit
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import SITES, Team

CLASSROOM_DAYS = 12
# The switch knows agents whose number is a multiple of nine by two names; few have such a one too.
_FIRST_NUMBER, _FIRST_OF_FEW = 1000, 1008
_YEAR = 365.25
_SPAN = 9
_MOVE_CHANCE = 0.09


@dataclass
class Person:
    """One employee. `moves` are (from day, team); `speed` multiplies talk time, `skill` solving."""

    agent_id: str
    name: str
    site: str
    kind: str
    hired_on: date
    left_on: date | None
    speed: float
    skill: float
    level: str
    work_mode: str
    extension: str
    login: str
    hourly_cost: float
    moves: list[tuple[date, Team]] = field(default_factory=list)

    def team(self, day: date) -> Team:
        """The team of that day."""
        current = self.moves[0][1]
        for since, team in self.moves:
            if since <= day:
                current = team
        return current

    def is_employed(self, day: date) -> bool:
        """Whether the person is employed on that day; `left_on` is the first day after."""
        return self.hired_on <= day and (self.left_on is None or day < self.left_on)

    def in_classroom(self, day: date) -> bool:
        """Whether the person still trains and takes no contacts."""
        return (day - self.hired_on).days < CLASSROOM_DAYS

    def pace(self, day: date) -> float:
        """Factor on talk time: own speed and what is still to be learnt."""
        return self.speed * (1 + 0.4 * exp(-((day - self.hired_on).days) / 50))

    def solving(self, day: date) -> float:
        """Factor on the chance to solve a problem."""
        return self.skill * (1 - 0.14 * exp(-((day - self.hired_on).days) / 70))


@dataclass
class Staff:
    """Everybody: agents, supervisors and evaluators, managers."""

    agents: list[Person]
    supervisors: dict[str, str]
    managers: dict[str, str]
    evaluators: dict[str, list[tuple[str, float]]]
    director: str

    @cached_property
    def by_site(self) -> dict[str, list[Person]]:
        """Agents per site."""
        return {site: [p for p in self.agents if p.site == site] for site in SITES}


def _tenure_before(rng: Random, turnover: float) -> timedelta:
    return timedelta(days=int(min(rng.expovariate(turnover / _YEAR), 2600)) + 15)


def _stay(rng: Random, turnover: float) -> timedelta:
    return timedelta(days=int(rng.expovariate(turnover / _YEAR)) + 20)


def _person(
    rng: Random, team: Team, taken: set[str], number: int, span: tuple[date, date | None]
) -> Person:
    site = SITES[team.site]
    hired_on, left_on = span
    name = names.person(rng, team.site)
    while name in taken:
        name = names.person(rng, team.site)
    taken.add(name)
    levels = ("junior", "agent", "senior")
    return Person(
        agent_id=f"{site.country}{number}",
        name=name,
        site=site.name,
        kind=team.kind,
        hired_on=hired_on,
        left_on=left_on,
        speed=min(1.35, max(0.75, rng.gauss(1.0, 0.1))),
        skill=min(1.12, max(0.85, rng.gauss(1.0, 0.05))),
        level=rng.choices(levels, (0.3, 0.5, 0.2))[0],
        work_mode=rng.choices(("office", "hybrid", "home"), (0.4, 0.4, 0.2))[0],
        extension=str(number),
        login=names.login_of(name),
        hourly_cost=round(site.hourly_cost * rng.uniform(0.9, 1.18), 2),
        moves=[(hired_on, team)],
    )


def _seat(scenario: Scenario, rng: Random, team: Team) -> list[tuple[date, date | None]]:
    """Those who hold one seat: (hired, left) one after another."""
    turnover = SITES[team.site].turnover
    hired = scenario.start - _tenure_before(rng, turnover)
    left = scenario.start + _stay(rng, turnover)
    holders = []
    while left < scenario.end:
        holders.append((hired, left))
        hired = left + timedelta(days=rng.randint(-10, 8))
        left = hired + _stay(rng, turnover)
    return [*holders, (hired, None)]


def _move(rng: Random, scenario: Scenario, person: Person, used: dict[str, int]) -> None:
    """Now and then a voice agent changes to another team of the site."""
    others = [
        team
        for team in scenario.teams
        if team.site == person.site and team.kind == "voice" and team != person.moves[0][1]
    ]
    day = scenario.start + timedelta(days=rng.randint(10, 390))
    if person.kind != "voice" or not others or not hit(rng, _MOVE_CHANCE):
        return
    has_others = person.moves[0][1].seats > 1
    if has_others and person.hired_on < day < scenario.end and person.is_employed(day):
        person.moves.append((day, rng.choice(others)))
        used["moves"] = used.get("moves", 0) + 1


def staff(scenario: Scenario) -> Staff:
    """All people of a run, the same for every process that asks."""
    rng = scenario.rng("people")
    taken: set[str] = set()
    agents: list[Person] = []
    number = _FIRST_NUMBER if scenario.size == 1 else _FIRST_OF_FEW
    for team in scenario.teams:
        for _ in range(team.seats):
            for hired_on, left_on in _seat(scenario, rng, team):
                if left_on is None or left_on > scenario.start:
                    agents.append(_person(rng, team, taken, number, (hired_on, left_on)))
                    number += 1
    for person in agents:
        _move(rng, scenario, person, {})
    supervisors = {team.name: names.person(rng, team.site) for team in scenario.teams}
    managers = {site: names.person(rng, site) for site in SITES}
    evaluators = {
        site: [(names.person(rng, site), round(rng.gauss(0, 0.022), 4)) for _ in range(2)]
        for site in SITES
    }
    quirks.sign_names(agents)
    return Staff(agents, supervisors, managers, evaluators, names.person(rng, "Dublin"))
