"""Where a record counts: on which day, and in which scopes.

What hangs on a contact counts with it: on its day, for the agent and queue of its last leg with the
customer. What hangs on none counts on its own day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo

from tests.oracle.linking import Handled, Row

Cell = tuple[str, str, date]
"""Kind and name of the scope, and the day."""
Part = tuple[Fraction | int | None, int | None]
"""Numerator and denominator; a count has no denominator. None: it can't be known."""
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Person:
    """Where an agent belongs."""

    team: str | None
    site: str | None


@dataclass(frozen=True)
class Centre:
    """What is known of the centre itself."""

    zone: str
    people: Mapping[str, Person]


@dataclass(frozen=True)
class Place:
    """A record's day, that of the whole centre at the same instant, and its scopes."""

    day: date
    centre_day: date
    scopes: Mapping[str, str | None]


def place(
    record: Row,
    at: datetime,
    contact: Handled | None,
    centre: Centre,
    agent: str | None = None,
    **scopes: str | None,
) -> Place:
    """Where a record counts.

    Args:
        record: a row with its own day.
        at: its own instant.
        contact: the contact it hangs on.
        centre: zone and people.
        agent: whose it is where the contact does not say.
        scopes: others that it has of itself.
    """
    row = contact.row if contact else record
    instant = contact.row["started_at"] if contact else at
    whose = (contact.agent if contact else None) or agent
    person = centre.people[whose] if whose else Person(None, None)
    own_site = record.get("site") or (contact.row["site"] if contact else None)
    return Place(
        row["local_date"],
        instant.replace(tzinfo=UTC).astimezone(ZoneInfo(centre.zone)).date(),
        {
            "queue": contact.queue if contact else None,
            "agent": whose,
            "team": person.team,
            "site": own_site or person.site,
        }
        | scopes,
    )


def cells(placed: Iterable[tuple[Place, Thing]], kinds: Iterable[str]) -> dict[Cell, list[Thing]]:
    """What counts in each cell of the kinds of scopes given, and in that of all.

    Where directions are told apart, what the centre began itself counts in its direction alone.
    """
    kinds = list(kinds)
    found: dict[Cell, list[Thing]] = defaultdict(list)
    for where, thing in placed:
        is_own = "direction" in kinds and where.scopes["direction"] == "outbound"
        if not is_own:
            found["all", "all", where.centre_day].append(thing)
        for kind in kinds:
            which = where.scopes[kind]
            if which is not None and (kind == "direction" or not is_own):
                found[kind, which, where.day].append(thing)
    return found
