"""Which lists of calls there are, and their columns, by the registry's own expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reports.calls.columns import shown_of
from reports.calls.shares import share_of
from reports.pages.tables import CARDS
from reports.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pipelines.sql_models.kpi_sources import Source
    from pipelines.sql_models.metrics import Metric as Defined
    from reports.calls.columns import Shown
    from reports.calls.shares import Share
    from reports.queries import Reader
    from reports.records import Metric

LIST_DAYS = 14
"""Days with lists, the newest: as many as have files of their numbers."""

Kind = Literal["flags", "count", "below", "sum", "value", "enters"]
"""flags: 1 in the numerator, 0 in the denominator alone. count: 1 in the numerator, and the
denominator is of other rows or there is none. below: 0 in the denominator, and the numerator is of
other rows. sum: what a row adds, and in the column with `_of` to the denominator. value: what a
percentile or maximum is taken of. enters: as flags, where the numerator is no sum over rows."""


@dataclass(frozen=True)
class Figure:
    """A metric's columns in a list."""

    metric: str
    kind: Kind
    columns: tuple[tuple[str, str], ...]
    """Name and SQL over the fact's own columns."""


@dataclass(frozen=True)
class CallList:
    """The rows of one fact, credited in one way, as one file a day."""

    name: str
    """What a row is called in the registry; the file's name."""
    fact: str
    shown: Shown
    keys: tuple[str, ...]
    """Columns that tell rows apart."""
    scopes: tuple[tuple[str, str], ...]
    """Kind of scope and expression, as the metrics count."""
    joins: str
    is_by_quarter: bool
    """The whole centre's days are of its own zone."""
    figures: tuple[Figure, ...]
    days: Mapping[date, int] = field(default_factory=dict, compare=False)
    """Recent days with rows, and how many."""

    @property
    def made_of(self) -> str:
        """All but the rows, in words that change when it does."""
        return repr((self.shown, self.scopes, self.joins, self.figures))


def figures_listed() -> set[str]:
    """The metrics that have columns: the key figures of all pages."""
    return {*CARDS, *(metric for topic in TOPICS for metric in topic.cards)}


def plan(
    reader: Reader, metrics: Iterable[Metric], project: Path | None = None
) -> tuple[CallList, ...]:
    """The lists of a warehouse; `days` are to be filled in.

    A metric whose definition in the warehouse is another than the registry's has no columns: whom
    its rows are credited to is not known.

    Args:
        reader: the published warehouse.
        metrics: as it defines them, the newest version of each.
        project: folder of the project, for metrics and facts of its own.
    """
    from pipelines.sql_models.kpi_sources import load_sources
    from pipelines.sql_models.metrics import load_metrics

    sources, tables = load_sources(project), reader.columns_of("core")
    published = {m.ref: m for m in metrics if m.id in figures_listed()}
    found: dict[tuple[str, str], list[Figure]] = {}
    for metric in load_metrics(project):
        if "day" in metric.grains and _is_same(metric, published.get(metric.ref)):
            for key, figure in _figures(metric):
                if _is_of_contacts(sources[key], tables):
                    found.setdefault(key, []).append(figure)
    return tuple(
        _list(sources[key], figures, tables[sources[key].fact])
        for key, figures in sorted(found.items())
    )


def _is_of_contacts(source: Source, tables: Mapping[str, Sequence[str]]) -> bool:
    """Its rows are of single contacts; agents' quarter hours and months of costs are no calls."""
    return source.counting.finest != "month" and "contact_key" in tables.get(source.fact, ())


def _is_same(metric: Defined, published: Metric | None) -> bool:
    if published is None:
        return False
    numerator = "\n".join(part.query for part in metric.numerator)
    denominator = metric.denominator.query if metric.denominator else None
    return (published.numerator_sql, published.denominator_sql) == (numerator, denominator)


def _figures(metric: Defined) -> Iterator[tuple[tuple[str, str], Figure]]:
    """Its columns by fact and credit."""
    above = {part.source: share_of(part.sql) for part in metric.numerator}
    lower = metric.denominator
    below = {lower.source: share_of(lower.sql)} if lower else {}
    for key in dict.fromkeys((*above, *below)):
        share = above.get(key)
        if share is None:
            yield key, _below(metric.id, below[key])
        else:
            yield key, _figure(metric.id, share, below.get(key))


def _below(name: str, share: Share) -> Figure:
    """Rows of the denominator alone, where the numerator is of other rows."""
    if share.kind == "sum":
        return Figure(name, "sum", ((f"{name}_of", _added(share)),))
    return Figure(name, "below", ((name, f"case when {share.member} then 0 end"),))


def _figure(name: str, above: Share, below: Share | None) -> Figure:
    if above.kind == "value":
        return Figure(name, "value", ((name, f"cast({above.value} as double)"),))
    if above.kind == "sum" or (below and below.kind == "sum"):
        columns = [(name, _added(above))]
        columns += [(f"{name}_of", _added(below))] if below else []
        return Figure(name, "sum", tuple(columns))
    other = f" when {below.member} then 0" if below else ""
    if above.kind == "enters":
        text = f"case when {above.member} then 1{other} end"
        return Figure(name, "enters", ((name, text),))
    counts = f"({above.value}) <> 0 then {above.value}"
    if above.is_plain:
        counts = f"{above.member} then 1"
    text = f"case when {counts}{other} end"
    return Figure(name, "flags" if below else "count", ((name, text),))


def _added(share: Share) -> str:
    """What a row adds; empty where it does not enter."""
    whole = share.value if share.kind == "count" else f"cast({share.value} as double)"
    return f"case when {share.member} then {whole} end"


def _list(source: Source, figures: Sequence[Figure], columns: Sequence[str]) -> CallList:
    counting = source.counting
    return CallList(
        name=source.name,
        fact=source.fact,
        shown=shown_of(source.fact, columns),
        keys=tuple(column for column in columns if column.endswith("_key")),
        scopes=tuple((kind, text) for kind, text in counting.scopes.items()),
        joins=counting.joins,
        is_by_quarter=counting.finest == "interval",
        figures=tuple(figures),
    )
