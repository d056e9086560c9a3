"""A warehouse in memory for tests that need more than one model: staging in, all models built."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb
import polars as pl

from assets.active import counted_facts, made_of, project_models
from assets.ingest.calendar import calendar_intervals
from pipelines.settings import Project
from pipelines.sql_models import SqlModel, Window, build_model, load_glossary, load_models
from pipelines.sql_models.contracts import load_contracts
from pipelines.sql_models.empty import empty_inputs, empty_warehouse, warehouse_columns
from pipelines.sql_models.loader import in_order
from pipelines.sql_models.metrics import metric_definitions
from pipelines.sql_models.model_files import shipped_files
from pipelines.storage.build_window import narrowed

Rows = list[dict[str, Any]]

_TYPES: dict[str, Any] = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "INTEGER": pl.Int32,
    "BOOLEAN": pl.Boolean,
    "DOUBLE": pl.Float64,
    "DECIMAL(18,4)": pl.Decimal(18, 4),
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
}

MODELS = load_models()
_GLOSSARY = load_glossary()


@cache
def shipped_columns() -> dict[str, dict[str, str]]:
    """Every relation's columns and their types; to bind all models takes a second."""
    with empty_warehouse(MODELS) as con:
        return warehouse_columns(con)


def inputs(
    zones: Iterable[str], first: date, last: date, goals: dict[str, float] | None = None
) -> duckdb.DuckDBPyConnection:
    """Empty contracts, a calendar from the week before to the week after, and the registry."""
    con = empty_inputs()
    week = timedelta(days=8)
    con.register("calendar", calendar_intervals(sorted(zones), first - week, last + week))
    con.execute("insert into ops.calendar_interval by name from calendar")
    con.unregister("calendar")
    definitions = pl.DataFrame(metric_definitions(goals), infer_schema_length=None)
    con.register("definitions", definitions)
    con.execute("insert into ops.metric_definition by name from definitions")
    con.unregister("definitions")
    return con


def stage(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Put rows into a table of staging; columns left out are empty."""
    if not rows:
        return
    contract = load_contracts()[table]
    types = {
        name: _TYPES[column.type] for name, column in contract.columns.items() if name in rows[0]
    }
    con.register("rows_given", pl.DataFrame(rows, schema=types))
    con.execute(f"insert into staging.{table} by name from rows_given")
    con.unregister("rows_given")


def read_up_to(con: duckdb.DuckDBPyConnection, watermarks: dict[str, Any]) -> None:
    """Say how far each source was read."""
    for source, at in watermarks.items():
        con.execute(
            "insert into ops.feed_watermark values (?, 'queue_log', ?, 26, true, true, false)",
            [source, at],
        )


def lay_again(
    con: duckdb.DuckDBPyConnection,
    tables: dict[str, Rows],
    watermarks: dict[str, Any],
    *,
    staged: Iterable[str],
) -> None:
    """Lay other rows in place of those before.

    Args:
        con: with staging and ops.
        tables: staging table -> rows.
        watermarks: how far each source was read.
        staged: every table that may have rows.
    """
    con.execute("delete from ops.feed_watermark")
    read_up_to(con, watermarks)
    for table in staged:
        con.execute(f"delete from staging.{table}")
        stage(con, table, tables.get(table, []))


def models_with_rows(con: duckdb.DuckDBPyConnection) -> list[SqlModel]:
    """All models; the KPI marts hold the metrics of facts that staging has rows for.

    Those of all facts take seconds to plan.
    """
    delivered = [
        contract.relation
        for contract in load_contracts().values()
        if con.execute(f"select 1 from {contract.relation} limit 1").fetchone()
    ]
    written = in_order(shipped_files())
    active = made_of(delivered, written)
    facts = counted_facts(written, active)
    zeros = {m.name for m in written for c in m.header.metrics if c.known_with in facts}
    return load_models(facts=facts | zeros)


def needed_for(models: Iterable[SqlModel], wanted: Iterable[str]) -> list[SqlModel]:
    """The models wanted and all that they are made of, in order."""
    models, needed = list(models), set(wanted)
    for model in reversed(models):
        if model.relation in needed:
            needed |= model.reads
    return [model for model in models if model.relation in needed]


def project_models_for(project: Project, wanted: Iterable[str]) -> tuple[list[SqlModel], set[str]]:
    """`assets.active.project_models`, but for what is not wanted: to stand in for it in a run."""
    models, active = project_models(project)
    needed = needed_for(models, wanted)
    return needed, active & {name for model in needed for name in (model.relation, *model.reads)}


def build_plainly(con: duckdb.DuckDBPyConnection, *wanted: str) -> None:
    """Make relations from their SQL alone, without comments and state: three times as quick.

    Args:
        con: with staging and ops.
        wanted: relations that are asked about; every relation when left out.
    """
    models = models_with_rows(con)
    make(con, needed_for(models, wanted) if wanted else models)


def make(con: duckdb.DuckDBPyConnection, models: Iterable[SqlModel]) -> None:
    """Make relations from their SQL alone; see `build_plainly`."""
    for schema in ("core", "marts"):
        con.execute(f"create schema if not exists {schema}")
    for model in models:
        kind = "view" if model.header.materialization == "view" else "table"
        con.execute(f"create or replace {kind} {model.relation} as {model.sql}")


def build(
    con: duckdb.DuckDBPyConnection,
    models: list[SqlModel],
    windows: list[Window] | None = None,
) -> None:
    """Build models as a run does: as a whole, or each daily one window by window."""
    for model in models:
        is_daily = model.header.materialization == "daily"
        for window in windows if windows and is_daily else [None]:
            build_model(con, model, window, glossary=_GLOSSARY)


def exported(con: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[Any, ...]]:
    """All rows of a relation in a full order."""
    return con.execute(f"select * from {relation} order by all").fetchall()


def days_that_differ_alone(
    con: duckdb.DuckDBPyConnection, relation: str, sql: str, days: Iterable[date]
) -> list[date]:
    """The days whose rows, made for that day alone, are not those that stand."""
    differing = []
    for day in days:
        stands = con.execute(
            f"select * from {relation} where local_date = ? order by all", [day]
        ).fetchall()
        with narrowed(con, day, day):
            made = con.execute(f"select * from ({sql}) order by all").fetchall()
        if made != stands:
            differing.append(day)
    return differing
