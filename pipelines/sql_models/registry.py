"""The registry as the marts need it: metrics, what they add up, and the facts they count."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.sql_models.counting import ScopeKind
from pipelines.sql_models.kpi_sources import Source, Sources, load_sources
from pipelines.sql_models.metrics import Metric, load_metrics
from pipelines.sql_models.parts import Aggregate, Parts

_EVERYWHERE = ("fact_contact",)
"""Facts whose metrics the marts always hold, so that there is none without."""


@dataclass(frozen=True)
class Registry:
    """The metrics, what they add up, and the facts they count."""

    metrics: list[Metric]
    parts: Parts
    sources: Sources

    def needed(self, scopes: Iterable[ScopeKind]) -> list[Aggregate]:
        """The aggregates of metrics that have one of the scopes, and what is not over of them."""
        asked = set(scopes)
        wanted = {
            aggregate
            for metric in self.metrics
            if asked & set(metric.scopes)
            for part in metric.parts
            for aggregate in self.parts.of(metric, part)
        }
        found = [aggregate for aggregate in self.parts.all if aggregate in wanted]
        keys = dict.fromkeys(aggregate.source for aggregate in found)
        return found + [a for key in keys if (a := self.unfinished(key))]

    @property
    def stocks(self) -> list[Metric]:
        """The metrics that are a level when a day ends, and no flow."""
        return [metric for metric in self.metrics if metric.additivity == "semi"]

    def unfinished(self, key: tuple[str, str]) -> Aggregate | None:
        """The count of a fact's rows that are not over, if they can be."""
        source = self.sources[key]
        condition = source.counting.unfinished
        if condition is None:
            return None
        sql = f"count(*) filter (where {condition})"
        return Aggregate(f"open_{source.name}s", source.fact, source.counting.credit, sql, "sum")

    def by_source(self, found: Iterable[Aggregate]) -> list[tuple[Source, list[Aggregate]]]:
        """The aggregates of each fact, facts in the order of their names."""
        grouped = [(self.sources[key], [a for a in found if a.source == key])
                   for key in sorted(self.sources)]  # fmt: skip
        return [(source, own) for source, own in grouped if own]

    def kinds(self, source: Source, among: Iterable[ScopeKind]) -> list[ScopeKind]:
        """The scopes, of those given, that its rows have and a metric of it asks for."""
        asked = {
            kind
            for metric in self.metrics
            if any((part.fact, part.credit) == source.key for part in metric.parts)
            for kind in metric.scopes
        }
        return [kind for kind in among if kind in asked]

    def known_with(self, key: tuple[str, str]) -> str:
        """The fact of which any row says that a fact's rows can be known."""
        source = self.sources[key]
        wanted = source.counting.known_with
        return wanted if any(fact == wanted for fact, _ in self.sources) and wanted else source.fact

    def of_fact(self, fact: str) -> Source:
        """A fact by its name, whomever its rows are credited to."""
        return next(source for source in self.sources.values() if source.fact == fact)

    def has_intervals(self, aggregate: Aggregate) -> bool:
        """Its fact tells quarter hours apart."""
        return self.sources[aggregate.source].counting.finest == "interval"


def load_registry(project: Path | None = None, *, facts: Collection[str] | None = None) -> Registry:
    """The shipped registry, and a project's own metrics and facts.

    Args:
        project: the project's folder.
        facts: names of facts, such as `fact_contact`; metrics of any other are left out. All
            when left out.

    Raises:
        ModelError: the registry is wrong.
    """
    metrics, sources = load_metrics(project), load_sources(project)
    if facts is not None:
        known = {*facts, *_EVERYWHERE}
        metrics = [m for m in metrics if all(part.fact in known for part in m.parts)]
        sources = {key: source for key, source in sources.items() if source.fact in known}
    return Registry(metrics, Parts(metrics), sources)
