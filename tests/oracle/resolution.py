"""Who came back: each handled contact held against every other, the slow way."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.linking import Handled, Row, milliseconds

WEEK = timedelta(days=7)
WINDOWS = (1, 3, 7, 14, 30)
HISTORY = timedelta(days=37)


def owners(aliases: Iterable[Row]) -> dict[str, str | None]:
    """Address -> customer; None where several customers of one list share it.

    Reading: of several lists the first by name that knows the address decides.
    """
    held: dict[str, dict[str, set[str]]] = {}
    for row in aliases:
        of = held.setdefault(row["address_hash"], {})
        of.setdefault(row["source"], set()).add(row["customer_ref"])
    return {
        address: None
        if any(len(customers) > 1 for customers in lists.values())
        else min(lists[min(lists)])
        for address, lists in held.items()
    }


def _word(text: str | None) -> str | None:
    return (text or "").strip().lower() or None


def groups_of_reasons(contacts: Iterable[Row]) -> dict[str, str]:
    """Reason -> its group: the one that sources give, else itself."""
    given: dict[str, set[str]] = {}
    for row in contacts:
        if reason := _word(row["reason"]):
            own = given.setdefault(reason, set())
            if group := _word(row["reason_group"]):
                own.add(group)
    return {reason: own.pop() if len(own) == 1 else reason for reason, own in given.items()}


def told_repeats(
    contacts: Mapping[tuple[str, str], Handled],
    aliases: Iterable[Row],
    watermarks: Mapping[str, datetime],
) -> dict[tuple[str, str], dict[str, Any]]:
    """Each handled inbound contact of a customer, by source and name."""
    owner = owners(aliases)
    groups = groups_of_reasons(contact.row for contact in contacts.values())
    came = [
        contact.row
        for contact in contacts.values()
        if contact.row["direction"] == "inbound" and contact.row["kind"] == "customer"
    ]
    read_to = min((watermarks[row["source"]] for row in came), default=None)

    def customer(row: Row) -> str | None:
        return owner.get(row["customer_ref"], row["customer_ref"])

    def matter(row: Row) -> str | None:
        return _word(row["reason_group"]) or groups.get(_word(row["reason"]) or "")

    found = {}
    for row in came:
        name = row["source"], row["contact_id"]
        if not contacts[name].legs:
            continue
        who, what, started = customer(row), matter(row), row["started_at"]
        same = [
            other
            for other in came
            if who is not None
            and customer(other) == who
            and (what is None or matter(other) in (None, what))
        ]
        end = min(row["ended_at"], started + WEEK) if row["ended_at"] else None
        later = [
            other["started_at"]
            for other in same
            if end is not None
            and other["started_at"] > end
            and (other["source"], other["root_contact_id"])
            != (row["source"], row["root_contact_id"])
        ]
        after = milliseconds(end, min(later)) if end and later else None
        known = milliseconds(end, read_to) if end and read_to else -1
        has_history = any(
            other["started_at"] <= started - WEEK
            and row["local_date"] - HISTORY <= other["local_date"] <= row["local_date"]
            for other in came
        )
        is_first = None
        if who is not None and has_history:
            is_first = not any(started - WEEK <= o["started_at"] < started for o in same)
        repeated: dict[str, bool | None] = {}
        for days in WINDOWS:
            limit = days * 86_400_000
            is_told = who is not None and known >= limit
            repeated[f"is_repeated_{days}d"] = (
                after is not None and after <= limit if is_told else None
            )
        week = repeated["is_repeated_7d"]
        found[name] = {
            "local_date": row["local_date"],
            "customer_id": who,
            "reason_group": what,
            "repeat_after_ms": after if after is not None and after <= 30 * 86_400_000 else None,
            "is_first_contact": is_first,
            "is_first_contact_resolved": None if not is_first or week is None else not week,
            **repeated,
            "is_provisional": known < 7 * 86_400_000,
        }
    return found
