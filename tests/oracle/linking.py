"""Records about a contact (surveys, evaluations) and the contact they count with.

Rows are plain mappings of the columns of staging; instants are naive UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Row = Mapping[str, Any]

YOUNGEST = timedelta(days=400)
"""A record comes at most so long after its contact's day."""
BEFORE = timedelta(days=7)
"""Clocks and zones differ: a record may seem to come so long before its contact's day."""


@dataclass(frozen=True)
class Handled:
    """A contact and who was last on it with the customer."""

    row: Row
    queue: str | None
    agent: str | None
    legs: tuple[Row, ...]

    @property
    def name(self) -> tuple[str, str]:
        """Source and identifier."""
        return self.row["source"], self.row["contact_id"]


def handled(contacts: Iterable[Row], segments: Iterable[Row]) -> dict[tuple[str, str], Handled]:
    """Every contact with its legs with a customer, in their order."""
    legs: dict[tuple[str, str], list[Row]] = {}
    for segment in segments:
        if segment["role"] == "customer":
            legs.setdefault((segment["source"], segment["contact_id"]), []).append(segment)
    found = {}
    for row in contacts:
        name = row["source"], row["contact_id"]
        own = sorted(legs.get(name, ()), key=lambda leg: leg["segment_ordinal"])
        last = own[-1] if own else {"queue": None, "agent": None}
        found[name] = Handled(row, last["queue"], last["agent"], tuple(own))
    return found


def contact_of(record: Row, contacts: Mapping[tuple[str, str], Handled]) -> Handled | None:
    """The contact that a record is about, if it is known and near enough."""
    if record["contact_id"] is None:
        return None
    name = record["contact_source"] or record["source"], record["contact_id"]
    found = contacts.get(name)
    if found and near(found.row["local_date"], record["local_date"]):
        return found
    return None


def near(counted: date, own: date) -> bool:
    """Whether a record of one day may count on another."""
    return own - YOUNGEST <= counted <= own + BEFORE


def milliseconds(start: datetime, end: datetime) -> int:
    """Whole milliseconds from one instant to another."""
    return (end - start) // timedelta(milliseconds=1)
