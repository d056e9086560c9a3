"""`query`, `explain`, `calls`: questions to the published warehouse."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pipelines.commands.errors import UsageError
from pipelines.commands.output import write_rows
from pipelines.commands.rows_behind import days_asked, rows_behind, scope_of
from pipelines.settings import Project, load_project
from pipelines.sql_models.kpi_sources import load_sources

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from pipelines.sql_models.kpi_sources import Source
    from pipelines.sql_models.metrics import Metric

_SHOWN_ROWS = 10
_VALUES = """
    select local_date as day, numerator::double as numerator, denominator::double as denominator,
        round(value, 2) as value, round(ci_low, 1) || ' to ' || round(ci_high, 1) as likely,
        goal, status, is_provisional as provisional
    from marts.v_kpi_day
    where metric_id = ? and scope_kind = ? and scope_id = ?
        and (? is null or local_date = ?::date)
    order by local_date desc
"""


def _open(project: Project, *, staging: bool) -> "duckdb.DuckDBPyConnection":
    from pipelines.storage.duck import connect_published
    from pipelines.storage.reading import connect_with_staging

    return connect_with_staging(project) if staging else connect_published(project)


def query(
    folder: Path | None, sql: str, *, output: str, out: Path | None, limit: int, staging: bool
) -> None:
    """Run one statement and show its rows.

    Raises:
        UsageError: the SQL is wrong; DuckDB's words, and where to look.
    """
    import duckdb

    text = sys.stdin.read() if sql == "-" else sql
    with _open(load_project(folder), staging=staging) as con:
        try:
            relation = con.sql(text)
            if relation is None:
                raise UsageError("that statement gives no rows; the warehouse is read-only.")
            rows = relation.pl()
        except duckdb.Error as error:
            raise UsageError(
                f"{error}\nTables: callmart query \"select schema_name || '.' || table_name as "
                'name, comment from duckdb_tables() order by 1"'
            ) from None
    write_rows(rows, output=output, out=out, limit=limit)


def _metric(project: Project, name: str) -> "Metric":
    from pipelines.sql_models.metrics import load_metrics

    registry = sorted(load_metrics(project.root), key=lambda m: m.version)
    metrics = {metric.id: metric for metric in registry}
    if name not in metrics:
        from difflib import get_close_matches

        near = get_close_matches(name, metrics, n=3, cutoff=0.4)
        hint = f" Near: {', '.join(near)}." if near else ""
        raise UsageError(f"no metric is called {name!r}.{hint} All: {', '.join(sorted(metrics))}.")
    return metrics[name]


def explain(folder: Path | None, metric: str, *, scope: str, date: str | None) -> None:
    """Print a number's definition, parts, SQL and the first rows behind it."""
    project = load_project(folder)
    definition = _metric(project, metric)
    kind, scope_id = scope_of(scope)
    with _open(project, staging=True) as con:
        stored = con.sql("select * from core.dim_metric where metric_id = ?", params=[metric])
        _print_definition(next(iter(stored.pl().to_dicts()), {"metric_id": metric}))
        values = con.sql(_VALUES, params=[metric, kind, scope_id, date, date]).pl()
        typer.echo(f"\nScope {kind}={scope_id}, by local day, newest first:")
        write_rows(values, output="table", limit=14)
        source, where = _counted(project, definition)
        days = days_asked(day=date, period=None, first=None, last=None)
        behind = rows_behind(con, source, where=where, scope=(kind, scope_id), days=days)
    typer.echo(f"\nRows behind the numerator (core.{source.fact}), the first {_SHOWN_ROWS}:")
    write_rows(behind, output="table", limit=_SHOWN_ROWS)
    day = f" --date {date}" if date else ""
    typer.echo(f"All of them: callmart calls --metric {metric} --scope '{scope}'{day}")


def _counted(project: Project, metric: "Metric") -> "tuple[Source, str]":
    """The fact of a metric's numerator, and which of its rows count."""
    from sqlglot import exp, parse_one

    part = metric.numerator[0]
    tree = parse_one(part.sql, read="duckdb")
    filters = {
        condition.expression.this.sql(dialect="duckdb") for condition in tree.find_all(exp.Filter)
    }
    where = " or ".join(f"({text})" for text in sorted(filters)) or "true"
    return load_sources(project.root)[part.source], where


def _print_definition(row: dict[str, Any]) -> None:
    typer.secho(
        f"{row.get('metric_name', row['metric_id'])}  "
        f"({row['metric_id']}@{row.get('metric_version', '?')})",
        bold=True,
    )
    for label, column in (
        ("", "description"),
        ("formula", "formula"),
        ("source", "definition_source"),
        ("numerator", "numerator_sql"),
        ("denominator", "denominator_sql"),
    ):
        if row.get(column):
            typer.echo(f"{label + ': ' if label else ''}{row[column]}")


def calls(
    folder: Path | None,
    *,
    metric: str | None,
    scope: str,
    days: "tuple[date, date] | None",
    interval: str | None,
    outcome: str | None,
    output: str,
    limit: int,
) -> None:
    """List the rows behind a number, with the file and line each came from."""
    project = load_project(folder)
    source, where = load_sources()["fact_queue_visit", "last"], "true"
    if metric is not None:
        source, where = _counted(project, _metric(project, metric))
    if outcome is not None:
        _check_outcome(outcome, source.fact)
        where = f"({where}) and outcome = '{outcome}'"
    with _open(project, staging=True) as con:
        rows = rows_behind(
            con, source, where=where, scope=scope_of(scope), days=days, interval=interval
        )
    write_rows(rows, output=output, limit=limit)


def _check_outcome(outcome: str, fact: str) -> None:
    from pipelines.sql_models import load_contracts

    if fact not in {"fact_queue_visit", "fact_agent_offer"}:
        raise UsageError("--outcome goes with visits and offers only.")
    table = fact.removeprefix("fact_")
    allowed = load_contracts()[table].columns["outcome"].allowed
    if outcome not in allowed:
        raise UsageError(f"--outcome {outcome!r}: it is one of {', '.join(allowed)}.")


def docs(folder: Path | None, out: Path | None) -> None:
    """Write what every table, column and metric means, a project's own included."""
    from pipelines.settings import SettingsError, find_project
    from pipelines.sql_models.dictionary import data_dictionary

    try:
        root = find_project(folder)
    except SettingsError:
        if folder is not None:
            raise
        root = None
    text = data_dictionary(root)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}: {len(text.splitlines()):,} lines")
