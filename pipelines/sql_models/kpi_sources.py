"""The facts that metrics count, as their headers say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipelines.sql_models.counting import Counting
from pipelines.sql_models.model import ModelError, SqlModel
from pipelines.sql_models.model_files import own_files, shipped_files


@dataclass(frozen=True)
class Source:
    """One way of counting one fact."""

    model: SqlModel
    counting: Counting

    @property
    def fact(self) -> str:
        """Its name, without `core.`."""
        return self.model.name

    @property
    def has_source(self) -> bool:
        """Its rows say which source they come from."""
        return "source" in self.model.names

    @property
    def name(self) -> str:
        """What its rows are called in the SQL."""
        return self.counting.row

    @property
    def key(self) -> tuple[str, str]:
        """Fact and credit: what a metric names."""
        return self.fact, self.counting.credit


Sources = dict[tuple[str, str], Source]


def load_sources(project: Path | None = None) -> Sources:
    """Every fact that metrics can count, by its name and whom its rows are credited to.

    Args:
        project: a folder whose own facts are counted too.

    Raises:
        ModelError: a file is wrong, or two facts call their rows by one name.
    """
    own = _sources(own_files(project))
    found = dict(_shipped()) | {source.key: source for source in own}
    names = [source.name for source in found.values()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ModelError(f"metrics: several facts call their rows {', '.join(twice)}")
    return found


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[tuple[str, str], Source], ...]:
    return tuple((source.key, source) for source in _sources(shipped_files()))


def _sources(models: Iterable[SqlModel]) -> list[Source]:
    return [
        Source(model, counting)
        for model in models
        if model.schema_name == "core"
        for counting in model.header.metrics
    ]
