"""Build the models of a working copy: as a whole, or the days that changed.

Free of Dagster; `assets.warehouse` calls it between the checks of staging and those of the star.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from assets.changes import ReferencesBefore, references_of
from assets.late import linked_days
from assets.windows import reach_of, widened, windows_of
from pipelines.settings import Project
from pipelines.sql_models import (
    SqlModel,
    Window,
    build_model,
    create_schemas,
    drop_unknown,
    load_glossary,
)
from pipelines.sql_models.build import built_version
from pipelines.sql_models.model import ModelError
from pipelines.storage.abreast import abreast
from pipelines.storage.duck import memory_of
from pipelines.storage.steps import reached

_STRETCH_MEMORY = 1_200_000_000
"""Bytes that a stretch needs for each thread, most of them whatever its number of rows."""
_MANY_ROWS = 1_000_000
"""Read by a model, they take much of the memory: two such side by side would put into files
what each by itself keeps, and take longer than one after the other."""
_STAGING_ROWS = """
    select 'staging.' || table_name, cast(sum(n_rows) as bigint)
    from ops.lake_manifest
    where layer = 'staging'
    group by table_name
"""
_TABLE_ROWS = """
    select schema_name || '.' || table_name, estimated_size
    from duckdb_tables()
    where database_name = current_database()
"""


@dataclass(frozen=True)
class BuiltRelation:
    """A relation that the run brought up to date."""

    relation: str
    rows: int | None
    """None for a view."""
    seconds: float


@dataclass
class Building:
    """Builds what is stale of a working copy: `references`, `windows`, `facts`, then `figures`."""

    con: duckdb.DuckDBPyConnection
    """The copy, with staging attached and the macros."""
    project: Project
    models: Sequence[SqlModel]
    """All of them, each after those that it reads."""
    active: Collection[str]
    """Relations that this project's sources can fill; others are built once, empty."""
    has_current_views: bool
    """The copy's views stand as this callmart makes them, with its descriptions."""
    gone: list[str] = field(init=False)
    """Relations that no model makes any more; they were dropped."""
    figured: set[str] = field(init=False)
    """The tables that are built in stretches, and all that reads them."""

    def __post_init__(self) -> None:
        self._glossary = load_glossary(self.project.root)
        self._days = _days_of(self.con)
        self._references = references_of(self.models)
        # Asked once: of a year the manifest has tens of thousands of lines.
        self._staging_rows = dict(self.con.execute(_STAGING_ROWS).fetchall())
        self._daily = {m.relation for m in self.models if m.header.materialization == "daily"}
        self._before = ReferencesBefore(self.con, self._references)
        self.figured = set()
        for model in self.models:
            if model.header.stretch or self.figured & {*model.reads}:
                self.figured.add(model.relation)
        create_schemas(self.con)
        self.gone = drop_unknown(self.con, self.models)

    def references(self) -> Iterator[BuiltRelation]:
        """Build the tables of reference, which are few and small, as a whole."""
        return self._built(self._references, None)

    def stale_days(self) -> set[date]:
        """Days that a table of reference makes stale by what has just changed in it."""
        return self._before.stale_days(self.con, self._days)

    def windows(self, days: set[date]) -> list[Window]:
        """The stretches to rebuild where some days changed: theirs and those of linked days."""
        return windows_of(linked_days(self.con, days, every=self._days))

    def facts(self, windows: list[Window] | None) -> Iterator[BuiltRelation]:
        """Build the models that read no metrics: stretches of daily ones, everything with None."""
        return self._built([m for m in self._others if m.relation not in self.figured], windows)

    def figures(self, windows: list[Window] | None) -> Iterator[BuiltRelation]:
        """Build the tables of metrics, likewise, and what reads them."""
        return self._built([m for m in self._others if m.relation in self.figured], windows)

    @property
    def _others(self) -> list[SqlModel]:
        references = {model.relation for model in self._references}
        return [model for model in self.models if model.relation not in references]

    def _built(
        self, models: Sequence[SqlModel], windows: list[Window] | None
    ) -> Iterator[BuiltRelation]:
        current = {m.relation for m in models if built_version(self.con, m) == m.code_version}
        work = {
            model.relation: partial(self._one, model, windows, is_current=model.relation in current)
            for model in models
        }
        after = {model.relation: {*model.reads} for model in models}
        by_name = {model.relation: model for model in models}
        for _, built in abreast(
            self.con,
            work,
            n_threads=self.project.settings.storage.n_threads,
            after=after,
            alone=lambda relation: self._threads_alone(by_name[relation], windows),
        ):
            if built is not None:
                reached(f"build.{built.relation}")
                yield built

    def _threads_alone(self, model: SqlModel, windows: list[Window] | None) -> int | None:
        """With how many threads a model is built with nothing beside it; None: others may be."""
        if model.header.stretch:
            return max(1, memory_of(self.con) // _STRETCH_MEMORY)
        if self._rows_read(model, windows) < _MANY_ROWS:
            return None
        return self.project.settings.storage.n_threads

    def _rows_read(self, model: SqlModel, windows: list[Window] | None) -> float:
        """About how many rows a model reads, of the days that it is built for."""
        if model.header.materialization == "view":
            return 0
        # What is not of days, such as all quarter hours there are, is only looked up in.
        relations = [
            name for name in model.reads if name in self._daily or name.startswith("staging.")
        ]
        known = self._staging_rows | dict(self.con.execute(_TABLE_ROWS).fetchall())
        rows = sum(known.get(name, 0) for name in relations)
        if not (windows and self._days and _is_narrow(model, windows)):
            return rows
        asked = widened(windows, *reach_of(model, self.models))
        days = sum(any(w.from_date <= day <= w.to_date for w in asked) for day in self._days)
        return rows * days / len(self._days)

    def _one(
        self,
        model: SqlModel,
        windows: list[Window] | None,
        con: duckdb.DuckDBPyConnection,
        *,
        is_current: bool,
    ) -> BuiltRelation | None:
        """Build a model; None where it stands as it should."""
        narrow = _is_narrow(model, windows)
        unneeded = model.header.materialization == "view" and self.has_current_views
        if is_current and (unneeded or (narrow and not windows)):
            return None
        if is_current and model.relation not in self.active and _is_empty(con, model):
            return None
        rows: int | None = None
        seconds = 0.0
        asked = widened(windows, *reach_of(model, self.models)) if narrow and windows else [None]
        for window in asked:
            with _own_named(model, self.project.root):
                done = build_model(con, model, window, glossary=self._glossary, days=self._days)
            rows, seconds = done.rows, seconds + done.seconds
            if done.is_full:
                break
        return BuiltRelation(model.relation, rows, seconds)


@contextmanager
def _own_named(model: SqlModel, root: Path) -> Generator[None]:
    """Name a project's own model where its SQL fails: that is no fault of callmart.

    Raises:
        ModelError: it did, and neither memory nor the disk was short.
    """
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        if model.path is None or not model.path.is_relative_to(root):
            raise
        raise ModelError(f"{model.origin}: its SQL fails: {error}") from error


def _days_of(con: duckdb.DuckDBPyConnection) -> set[date]:
    """Local days of which staging has rows."""
    rows = con.execute(
        """
        select distinct local_date from ops.lake_manifest
        where layer = 'staging' and local_date is not null
        """
    ).fetchall()
    return {day for (day,) in rows}


def _is_narrow(model: SqlModel, windows: list[Window] | None) -> bool:
    """The model is asked for some days alone."""
    return model.header.materialization == "daily" and windows is not None


def _is_empty(con: duckdb.DuckDBPyConnection, model: SqlModel) -> bool:
    return con.execute(f"select 1 from {model.relation} limit 1").fetchone() is None
