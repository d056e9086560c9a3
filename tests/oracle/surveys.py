"""What customers answered: invitations and answers, one by one."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.linking import Handled, Row, contact_of, milliseconds, near

WEEK = timedelta(days=7)


def turned(answer: Row) -> Fraction | None:
    """The score with the better end up; None where it cannot be said.

    Reading: a recommendation is better when higher unless said otherwise.
    """
    low, high, score = answer["scale_min"], answer["scale_max"], answer["score"]
    if None in (low, high, score) or not low < high or not low <= score <= high:
        return None
    upwards = answer["is_higher_better"]
    if upwards is None and answer["kind"] in ("nps", "fcr"):
        upwards = True
    if upwards is None:
        return None
    return Fraction(score) if upwards else Fraction(low + high) - Fraction(score)


def is_top_box(answer: Row) -> bool | None:
    """The best of 2 and 3 points, the best two of 4 to 10, the best fifth of longer scales."""
    score = turned(answer)
    if answer["kind"] != "csat" or score is None:
        return None
    low, high = answer["scale_min"], answer["scale_max"]
    points = high - low + 1
    if points <= 3:
        return score >= high
    if points <= 10:
        return score >= high - 1
    return (score - low) / (high - low) >= Fraction(4, 5)


def nps_class(answer: Row) -> str | None:
    """Who answers on a scale that ends at 10."""
    score = turned(answer)
    scale = answer["scale_min"], answer["scale_max"]
    if answer["kind"] != "nps" or scale not in ((0, 10), (1, 10)) or score is None:
        return None
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def is_easy(answer: Row) -> bool | None:
    """At least as far up the scale as 5 is on 1 to 7."""
    score = turned(answer)
    if answer["kind"] != "ces" or score is None:
        return None
    return (score - answer["scale_min"]) / (answer["scale_max"] - answer["scale_min"]) >= Fraction(
        5 - 1, 7 - 1
    )


def is_resolved(answer: Row) -> bool | None:
    """Yes or no."""
    return {1: True, 0: False}.get(answer["score"]) if answer["kind"] == "fcr" else None


def share(answer: Row) -> Decimal | None:
    """Where on the scale the turned score lies, in four digits."""
    score = turned(answer)
    if score is None:
        return None
    low, high = answer["scale_min"], answer["scale_max"]
    exact = (score - low) / (high - low) * 10_000
    whole = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP)
    return whole / 10_000


def told_invites(
    invites: Iterable[Row],
    answers: Iterable[Row],
    contacts: Mapping[tuple[str, str], Handled],
    watermarks: Mapping[str, datetime],
) -> dict[tuple[str, str], dict[str, Any]]:
    """Each invitation by source and name: the day it counts on and what became of it."""
    answers = list(answers)
    found = {}
    for invite in invites:
        name = invite["source"], invite["invite_id"]
        contact = contact_of(invite, contacts)
        day = contact.row["local_date"] if contact else invite["local_date"]
        own = [
            answer["answered_at"]
            for answer in answers
            if (answer["source"], answer["invite_id"]) == name and near(day, answer["local_date"])
        ]
        answered_at = invite["answered_at"] or min(own, default=None)
        waits_from = invite["sent_at"]
        if contact:
            waits_from = min(waits_from, contact.row["started_at"] + WEEK)
        delivered = invite["is_delivered"]
        found[name] = {
            "local_date": day,
            "is_linked": contact is not None,
            "queue_id": contact.queue if contact else None,
            "agent_id": contact.agent if contact else None,
            "answered_at": answered_at,
            "response_ms": answered_at and milliseconds(invite["sent_at"], answered_at),
            "n_answers": len(own),
            "is_delivered": None if delivered is None else delivered or answered_at is not None,
            "is_provisional": waits_from + WEEK > watermarks[invite["source"]],
        }
    return found


def told_answers(
    answers: Iterable[Row], invites: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Each answer by source, invitation and question, with what it measures."""
    found = {}
    for answer in answers:
        invite = invites.get((answer["source"], answer["invite_id"]))
        if invite and not near(invite["local_date"], answer["local_date"]):
            invite = None
        found[answer["source"], answer["invite_id"], answer["question"]] = {
            "local_date": invite["local_date"] if invite else answer["local_date"],
            "is_linked": invite["is_linked"] if invite else False,
            "agent_id": invite["agent_id"] if invite else None,
            "score_share": share(answer),
            "is_top_box": is_top_box(answer),
            "nps_class": nps_class(answer),
            "is_easy": is_easy(answer),
            "is_resolved": is_resolved(answer),
        }
    return found
