"""Days of which a source told far more or far less than usual: lines may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import format as fmt
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.records import Row
    from reports.spans import Span

_MOST = 12
_WORDS = {
    "contact": N_("{day}: {n} contacts from {source}; usual are {usual}."),
    "queue_visit": N_("{day}: {n} visits to queues from {source}; usual are {usual}."),
}


def notes(unusual: Sequence[Row], span: Span) -> list[str]:
    """What is to be said of the days of a span; the furthest from usual where they are many."""
    found = [row for row in unusual if span.first <= row["local_date"] <= span.last]
    worst = sorted(found, key=_apart, reverse=True)[:_MOST]
    said = [_said(row) for row in found if row in worst]
    left = len(found) - len(said)
    return [*said, _("And {n} more.", n=fmt.count(left))] if left else said


def _apart(row: Row) -> float:
    return abs(row["n_rows"] / max(row["usual_rows"], 1) - 1)


def _said(row: Row) -> str:
    words = _WORDS[row["fact"]]
    return _(
        words,
        day=fmt.day(row["local_date"]),
        n=fmt.count(row["n_rows"]),
        source=row["source"],
        usual=fmt.count(row["usual_rows"]),
    )
