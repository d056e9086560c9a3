"""What is compared on the same mix of contacts, and the rows of it by day, week or month.

The numbers of a metric are the registry's own expressions; only what a single case's agent, queue
and reason are is said here, since metrics are counted by fact and cells by case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.mix import Subject
from reports.queries import sql_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.queries import Reader
    from reports.records import Metric, Row
    from reports.spans import Grain, Span

FEWEST_IN_CELL = 30
"""A mean of fewer cases is too uncertain to hold anybody against: the registry's usual minimum."""
MOST_OF_CELL = 2 / 3
"""Who has more of a cell than this would be compared with hardly anybody else."""
GRAINS = ("week", "month")
"""A day of one agent has too few cases."""
KINDS = {"people": ("agent", "team"), "cost": ("site", "sourcing")}
"""Page about a subject -> who is compared on it."""


@dataclass(frozen=True)
class Measure:
    """A metric and how its cases are dealt; SQL over a row `f` of its fact."""

    metric: str
    agent: str = "f.agent_id"
    queue: str = "f.queue_id"
    base: str = "coalesce(f.direction, '') || ' ' || coalesce(f.channel, '')"
    reason: str = "f.reason"
    rows: str = ""
    """The query whose rows are its cases, where they are not simply those of its fact."""
    cases: str = ""
    total: str = ""
    squares: str = ""
    """Sum of a case's squares; a share's cases are 0 or 1, so that their sum is it."""
    parts_of_unit: int = 1
    """How many of what its total counts are one of the metric's unit."""

    @property
    def is_share(self) -> bool:
        """Whether each case is 0 or 1."""
        return not self.squares

    def parts(self, metric: Metric, grain: Grain) -> dict[str, str] | None:
        """The expressions of its query; None where its numbers are not over one fact."""
        found = {
            "agent": self.agent, "queue": self.queue, "base": self.base, "reason": self.reason,
            "parts_of_unit": str(self.parts_of_unit),
        }  # fmt: skip
        if self.rows:
            return {
                **found, "rows": sql_text(self.rows).format(grain=grain), "cases": self.cases,
                "total": self.total, "squares": self.squares,
            }  # fmt: skip
        over, of = metric.over_fact("numerator"), metric.over_fact("denominator")
        if not over or not of or over[0] != of[0]:
            return None
        return {
            **found, "rows": f"select * from core.{over[0]}", "cases": of[1], "total": over[1],
            "squares": over[1],
        }  # fmt: skip


MEASURES = (
    Measure(
        "average_handle_time", agent="f.last_agent_id", queue="f.credited_queue_id",
        rows="mix_handle_time", cases="count(*)",
        total="sum(tenths)",
        squares="sum(tenths * tenths)", parts_of_unit=10,
    ),
    Measure("first_contact_resolution"),
    Measure(
        "transfer_rate",
        agent="case when f.n_transfers > 0 then f.transfer_agent_id else f.last_agent_id end",
        queue="case when f.n_transfers > 0 then f.transfer_queue_id else f.credited_queue_id end",
    ),
    Measure("csat"),
    # Who does not answer does not know yet what it is about.
    Measure("ring_no_answer_rate", base="'ring'", reason="''"),
)  # fmt: skip
"""In the order in which they are shown."""

Found = dict[str, dict[str, list[Subject]]]
"""Metric -> kind of scope -> who has cases."""


def read(
    reader: Reader, grain: Grain, batch: Sequence[Span], measures: Iterable[Measure] = MEASURES
) -> dict[Span, Found]:
    """Everybody's cases beside what is expected of them, with one query a metric for all spans."""
    found: dict[Span, Found] = {span: {} for span in batch}
    if grain not in GRAINS or not batch:
        return found
    newest = {m.id: m for m in sorted(reader.metrics().values(), key=lambda m: m.version)}
    values = {"fewest": FEWEST_IN_CELL, "most": MOST_OF_CELL}
    of_day = {span.first: span for span in batch}
    for measure in measures:
        metric = newest.get(measure.metric)
        parts = measure.parts(metric, grain) if metric else None
        if parts is None:
            continue
        for row in reader.mixed(grain, batch[0].first, batch[-1].last, parts, values):
            span = of_day.get(row["first_day"])
            if span and row["subject"]:
                kinds = found[span].setdefault(measure.metric, {})
                kinds.setdefault(row["kind"], []).append(subject(row))
    return found


def subject(row: Row) -> Subject:
    """A row of the query as somebody to compare."""
    return Subject(
        id=row["subject"],
        n=int(row["n"] or 0),
        observed=float(row["observed"] or 0),
        expected=float(row["expected"] or 0),
        variance=float(row["variance"] or 0),
        n_same_reason=int(row["n_same_reason"] or 0),
        n_same_queue=int(row["n_same_queue"] or 0),
        n_other_queues=int(row["n_other_queues"] or 0),
        n_alone=int(row["n_alone"] or 0),
    )
