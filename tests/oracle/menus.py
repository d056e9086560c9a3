"""Menus and bots: how sessions ended, and whether the customer had to come again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.oracle.linking import Handled, Row, contact_of
from tests.oracle.placing import Cell, Centre, Part, Place, cells, place
from tests.oracle.resolution import owners

DAY = timedelta(hours=24)
KINDS = ("queue", "channel", "direction", "site")
KINDS_OF_SHARES = ("all", "channel", "direction", "site")
"""What a menu settles comes to no queue."""


@dataclass(frozen=True)
class Session:
    """What became of one session."""

    end: str | None
    tasks: Mapping[str, bool]
    """Task tried -> whether it was done."""
    is_mature: bool
    """The day after it is over in every source of contacts."""
    came_again: bool | None
    """None where nobody can say: who it was or when it ended is not known."""


def _who(address: str | None, owner: Mapping[str, str | None]) -> str | None:
    """The customer whose address it is; one of its own where no list knows it."""
    return None if address is None else owner.get(address, address)


def _came_again(
    session: Row,
    contact: Handled | None,
    contacts: Iterable[Handled],
    owner: Mapping[str, str | None],
) -> bool | None:
    """Whether the customer began another contact within a day of leaving.

    Reading: any inbound contact of a customer, handled or not, by any medium; not the one that the
    session was part of, nor another leg of the same call.
    """
    address = session["customer_ref"] or (contact.row["customer_ref"] if contact else None)
    who = _who(address, owner)
    left = session["left_at"]
    if who is None or left is None:
        return None
    for other in contacts:
        row = other.row
        is_same_call = contact is not None and (
            other.name == contact.name or row["root_contact_id"] == contact.row["root_contact_id"]
        )
        if (
            _who(row["customer_ref"], owner) == who
            and (row["direction"], row["kind"]) == ("inbound", "customer")
            and left < row["started_at"] <= left + DAY
            and not is_same_call
        ):
            return True
    return False


def told_sessions(
    sessions: Iterable[Row],
    steps: Iterable[Row],
    contacts: Mapping[tuple[str, str], Handled],
    aliases: Iterable[Row],
    *,
    watermarks: Mapping[str, datetime],
    centre: Centre,
) -> list[tuple[Place, Session]]:
    """Each session, where it counts."""
    steps, owner = list(steps), owners(aliases)
    read_to = min(watermarks[contact.row["source"]] for contact in contacts.values())
    found = []
    for session in sessions:
        contact = contact_of(session, contacts)
        tasks: dict[str, bool] = {}
        for step in steps:
            is_own = (step["source"], step["session_id"]) == (
                session["source"],
                session["session_id"],
            )
            if is_own and step["task"] is not None:
                is_done = step["outcome"] == "done"
                tasks[step["task"]] = tasks.get(step["task"], False) or is_done
        left = session["left_at"]
        told = Session(
            session["end_kind"],
            tasks,
            left is not None and left + DAY <= read_to,
            _came_again(session, contact, contacts.values(), owner),
        )
        direction = contact.row["direction"] if contact else "inbound"
        scopes = {"channel": session["channel"], "direction": direction}
        found.append((place(session, session["entered_at"], contact, centre, **scopes), told))
    return found


def menu_metrics(placed: Iterable[tuple[Place, Session]]) -> dict[tuple[str, Cell], Part]:
    """Every metric of sessions in every cell."""
    found: dict[tuple[str, Cell], Part] = {}
    for cell, sessions in cells(placed, KINDS).items():
        ends = [session.end for session in sessions if session.end is not None]
        tasks = [done for session in sessions for done in session.tasks.values()]
        judged = [
            s for s in sessions if s.is_mature and s.end is not None and s.came_again is not None
        ]
        contained = sum(s.end == "completed" and not s.came_again for s in judged)
        found |= {
            ("ivr_sessions", cell): (len(sessions), None),
        }
        if cell[0] not in KINDS_OF_SHARES:
            continue
        found |= {
            ("ivr_containment", cell): (ends.count("completed"), len(ends)),
            ("contained_gross", cell): (
                ends.count("completed") + ends.count("hung_up"),
                len(ends),
            ),
            ("self_service_rate", cell): (sum(tasks), len(tasks)),
            ("true_containment", cell): (contained, len(judged)),
        }
    return found
