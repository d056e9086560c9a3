"""How agents were judged: evaluations, their scores and how far evaluators differ."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from tests.oracle.linking import Handled, Row, contact_of, near

WHOM = ("customer", "business", "compliance")
Key = tuple[str, str]


def score_of(lines: list[Row]) -> Decimal | None:
    """Weight x points / weight x most points of the scored lines, in six digits; 0 when fatal."""
    scored = [line for line in lines if line["is_applicable"] and line["points"] is not None]
    if any(line["is_fatal"] and line["points"] < line["max_points"] for line in scored):
        return Decimal(0)
    most = sum(Fraction(line["weight"]) * Fraction(line["max_points"]) for line in scored)
    if not most:
        return None
    got = sum(Fraction(line["weight"]) * Fraction(line["points"]) for line in scored)
    exact = got / most * 1_000_000
    whole = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP)
    return whole / 1_000_000


def errors_of(lines: list[Row]) -> dict[str, int | None]:
    """Lines not met by whom that harms; None where no scored line says whom it would harm."""
    scored = [line for line in lines if line["is_applicable"] and line["points"] is not None]
    is_told = any(line["criticality"] for line in scored)
    failed = [line["criticality"] for line in scored if line["points"] < line["max_points"]]
    return {f"n_{whom}_errors": failed.count(whom) if is_told else None for whom in WHOM}


def told_evaluations(
    evaluations: Iterable[Row], items: Iterable[Row], contacts: Mapping[Key, Handled]
) -> dict[Key, dict[str, Any]]:
    """Each evaluation by source and name.

    Reading: the queue is that of the evaluated agent's last leg, else of the contact's last.
    """
    items = list(items)
    found = {}
    for row in evaluations:
        name = row["source"], row["evaluation_id"]
        contact = contact_of(row, contacts)
        day = contact.row["local_date"] if contact else row["local_date"]
        lines = [
            item
            for item in items
            if (item["source"], item["evaluation_id"]) == name and near(day, item["local_date"])
        ]
        legs = [leg for leg in contact.legs if leg["agent"] == row["agent"]] if contact else []
        queue = legs[-1]["queue"] if legs else contact.queue if contact else None
        found[name] = {
            "local_date": day,
            "is_linked": contact is not None,
            "agent_id": row["agent"],
            "queue_id": queue,
            "is_counted": row["status"] == "completed" and row["calibration_id"] is None,
            "score": score_of(lines),
            **errors_of(lines),
        }
    return found


def gaps(
    evaluations: Iterable[Row], told: Mapping[Key, Mapping[str, Any]]
) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """Pairs of evaluators and the sum of their differences, by calibration, contact and agent."""
    scores: dict[tuple[Any, ...], list[Decimal]] = {}
    for row in evaluations:
        own = told[row["source"], row["evaluation_id"]]
        if row["calibration_id"] and row["status"] == "completed" and own["is_linked"]:
            of = row["contact_source"] or row["source"], row["contact_id"]
            group = row["source"], of, row["calibration_id"], row["agent"]
            scores.setdefault(group, [])
            if own["score"] is not None:
                scores[group].append(own["score"])
    found = {}
    for group, given in scores.items():
        pairs = list(combinations(given, 2))
        if given:
            found[group] = len(pairs), sum((abs(a - b) for a, b in pairs), Decimal(0))
    return found
