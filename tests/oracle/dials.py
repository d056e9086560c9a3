"""Dials of campaigns: who answered, and whether an agent came in time."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from tests.oracle.linking import Handled, Row, contact_of
from tests.oracle.placing import Cell, Centre, Part, Place, cells, place

IN_TIME = timedelta(seconds=2)
KINDS = ("channel", "agent", "team", "site", "campaign")
KINDS_OF_SHARES = ("all", "channel", "site", "campaign")
"""Most dials come to no agent: what share of an agent's own was answered says nothing of him."""
NOBODY = {"no_answer", "busy", "invalid_number", "failed", "cancelled"}
MACHINES = {"machine", "fax"}
REACHED = {"promise", "sale", "right_party"}
NOT_REACHED = {"wrong_number", "third_party", "dropped"}


class Dial(NamedTuple):
    """What one dial came to; None where nobody can say."""

    is_connected: bool | None
    is_live: bool | None
    is_right_party: bool | None
    is_dropped: bool | None
    is_given: bool | None


def told_dial(dial: Row) -> Dial:
    """Judge one dial by its result; of an unknown one by what answered.

    Reading: who was on the line is what the dialler says, else what the result says for certain; a
    person who refused or hung up may have been anyone. An agent who is named came in time unless
    the instants say otherwise, and so did one whose talk had a result.
    """
    result, answered = dial["result"], dial["answered_at"] is not None
    is_connected: bool | None = result not in NOBODY
    is_live: bool | None = result not in NOBODY | MACHINES
    if result == "unknown":
        is_connected = True if answered else None
        is_live = {"human": True, "machine": False}.get(dial["amd_result"]) if answered else None
    is_right: bool | None = None
    if dial["is_right_party"] is not None:
        is_right = dial["is_right_party"]
    elif result in REACHED:
        is_right = True
    elif result in NOT_REACHED | NOBODY | MACHINES:
        is_right = False
    if not is_live:
        return Dial(is_connected, is_live, is_right, is_live, is_live)
    came = dial["agent_connected_at"]
    is_late = answered and came is not None and came - dial["answered_at"] > IN_TIME
    is_dropped = result == "dropped" or is_late
    has_agent = (
        came is not None or dial["agent"] is not None or result not in ("hung_up", "unknown")
    )
    return Dial(is_connected, is_live, is_right, is_dropped, not is_dropped and has_agent)


def _share(flags: Iterable[bool | None]) -> Part:
    known = [flag for flag in flags if flag is not None]
    return sum(known), len(known)


def dial_metrics(
    dials: Iterable[Row], contacts: Mapping[tuple[str, str], Handled], centre: Centre
) -> dict[tuple[str, Cell], Part]:
    """Every metric of dials in every cell."""
    placed: list[tuple[Place, Dial]] = []
    for dial in dials:
        contact = contact_of(dial, contacts)
        scopes = {
            "channel": contact.row["channel"] if contact else "voice",
            "campaign": dial["campaign"],
        }
        where = place(dial, dial["dialled_at"], contact, centre, dial["agent"], **scopes)
        placed.append((where, told_dial(dial)))
    found: dict[tuple[str, Cell], Part] = {}
    for cell, own in cells(placed, KINDS).items():
        dropped = sum(dial.is_dropped is True for dial in own)
        given = sum(dial.is_given is True for dial in own)
        found |= {
            ("dials", cell): (len(own), None),
        }
        if cell[0] not in KINDS_OF_SHARES:
            continue
        found |= {
            ("connect_rate", cell): _share(dial.is_connected for dial in own),
            ("contact_rate", cell): _share(dial.is_live for dial in own),
            ("right_party_contact_rate", cell): _share(dial.is_right_party for dial in own),
            ("drop_rate", cell): (dropped, dropped + given),
        }
    return found
