"""What the metrics add up, each sum once: the columns that the tables of parts hold.

The SQL of a metric is cut into its aggregates. Equal aggregates of several metrics are one part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.sql_models.metrics import Metric, Part
from pipelines.sql_models.model import ModelError

Fold = Literal["sum", "max", "last", "clock", "rows"]
"""How parts of small periods make one of a longer: added, the highest, that of the last day, or
not at all. clock: added, as sum; but of several scopes that share a quarter hour it counts once."""

_FOLDS: dict[str, Fold] = {"count": "sum", "sum": "sum", "max": "max", "percentile": "rows"}
_CALL = re.compile(rf"\b({'|'.join(_FOLDS)})\(", re.IGNORECASE)
_CLOCK = re.compile(r"count\(distinct interval_start\)", re.IGNORECASE)
_WHOLE = re.compile(r"count\(.*|sum\((n_\w+|\w+_ms)\)( filter .*)?", re.DOTALL)
_FILTER = re.compile(r"\s*filter\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Aggregate:
    """One aggregate of one fact, as a column of the tables of parts."""

    name: str
    fact: str
    credit: str
    sql: str
    fold: Fold

    @property
    def source(self) -> tuple[str, str]:
        """Fact and credit."""
        return self.fact, self.credit

    @property
    def over_cells(self) -> str:
        """How several parts of one period and scope make one."""
        return "max" if self.fold in ("max", "clock") else "sum"

    @property
    def over_periods(self) -> str:
        """How parts of several periods make that of a longer one; a stock has its own way."""
        return "max" if self.fold == "max" else "sum"

    @property
    def kind(self) -> str:
        """SQL type of its sum: whole where it counts or adds up milliseconds, else decimal."""
        return "bigint" if _WHOLE.fullmatch(self.sql) else "decimal(38, 6)"


def _closing(sql: str, opening: int) -> int:
    """Where the bracket that opens at `opening` closes; brackets in quotes do not count."""
    depth, quoted = 0, False
    for place in range(opening, len(sql)):
        char = sql[place]
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return place
    raise ModelError(f"a bracket is not closed: {sql}")


def cut(sql: str) -> Iterator[tuple[int, int, Fold]]:
    """Where each aggregate of an expression begins and ends, and how it folds.

    Raises:
        ModelError: there is none, or a bracket is not closed.
    """
    place, found = 0, False
    while match := _CALL.search(sql, place):
        end = _closing(sql, match.end() - 1) + 1
        if condition := _FILTER.match(sql, end):
            end = _closing(sql, condition.end() - 1) + 1
        found, place = True, end
        yield match.start(), end, _FOLDS[match[1].lower()]
    if not found:
        raise ModelError(f"no count, sum, max or percentile in: {sql}")


def _fold(metric: Metric, fold: Fold, sql: str) -> Fold:
    if _CLOCK.match(sql):
        return "clock"
    if sql.lower().startswith("count(distinct"):
        return "rows"
    return "last" if metric.additivity == "semi" and fold == "sum" else fold


class Parts:
    """All parts of a registry, and each metric's expressions over their columns."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._by_meaning: dict[tuple[str, str, str, bool], Aggregate] = {}
        # Plain counts first: their parts get the plain names.
        for metric in sorted(metrics, key=lambda m: m.denominator is not None or m.is_stored):
            for role, part in roles(metric):
                self._add(metric, role, part)

    def _add(self, metric: Metric, role: str, part: Part) -> None:
        pieces = [
            (part.sql[a:b], _fold(metric, fold, part.sql[a:b])) for a, b, fold in cut(part.sql)
        ]
        is_plain = metric.additivity == "additive" and role == "" and len(pieces) == 1
        stem = metric.id + (f"_v{metric.version}" if metric.version > 1 else "")
        for number, (sql, fold) in enumerate(pieces, start=1):
            text = " ".join(sql.split())
            meaning = (part.fact, part.credit, text, metric.additivity == "semi")
            suffix = "" if is_plain else f"_{role or 'numerator'}"
            suffix += f"_{number}" if len(pieces) > 1 else ""
            self._by_meaning.setdefault(
                meaning, Aggregate(stem + suffix, part.fact, part.credit, text, fold)
            )

    @property
    def all(self) -> list[Aggregate]:
        """Every part, in a stable order."""
        return list(self._by_meaning.values())

    def of(self, metric: Metric, part: Part) -> list[Aggregate]:
        """The aggregates of which a metric's part is made."""
        return [self._find(metric, part, start, end) for start, end, _ in cut(part.sql)]

    def over_columns(self, metric: Metric, part: Part) -> str:
        """The part's expression, with columns of the tables of parts for its aggregates."""
        text, place = "", 0
        for start, end, _ in cut(part.sql):
            text += part.sql[place:start] + self._find(metric, part, start, end).name
            place = end
        return text + part.sql[place:]

    def _find(self, metric: Metric, part: Part, start: int, end: int) -> Aggregate:
        text = " ".join(part.sql[start:end].split())
        is_last = metric.additivity == "semi"
        return self._by_meaning[part.fact, part.credit, text, is_last]


def roles(metric: Metric) -> Iterator[tuple[str, Part]]:
    """A metric's parts with what each is for; the numerators first."""
    for number, part in enumerate(metric.numerator, start=1):
        yield ("" if len(metric.numerator) == 1 else f"numerator{number}"), part
    if metric.denominator:
        yield "denominator", metric.denominator
    if metric.n:
        yield "n", metric.n
    if metric.square:
        yield "square", metric.square
    if metric.positive:
        yield "positive", metric.positive
    if metric.negative:
        yield "negative", metric.negative
    if metric.coverage:
        yield "known", metric.coverage.known
        yield "of", metric.coverage.of
    if metric.open_part:
        yield "open", metric.open_part
