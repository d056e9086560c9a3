"""The `ops` schema of a warehouse: what was read, rebuilt, checked and published.

Its tables travel inside the published file, so that data and its account are one.
"""

from collections.abc import Iterator

import duckdb

from pipelines.storage import build_window
from pipelines.storage.duck import literal

_TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "load_file": (
        "One file, or one further part of a growing file, as it was read.",
        {
            "load_id": ("VARCHAR", "Hash of content, adapter version and configuration."),
            "file_id": ("VARCHAR", "The file across its growth: hash of source and path."),
            "source": ("VARCHAR", "Source of the file."),
            "feed": ("VARCHAR", "Kind of file within the source, such as queue_log."),
            "path": ("VARCHAR", "Path within the project."),
            "first_byte": ("BIGINT", "Offset of the part in the (unpacked) file."),
            "n_bytes": ("BIGINT", "Length of the part."),
            "content_hash": ("VARCHAR", "SHA-256 of the (unpacked) file up to the part's end."),
            "first_line": ("BIGINT", "Number of the part's first line, from 1."),
            "n_read": ("BIGINT", "Lines read."),
            "n_loaded": ("BIGINT", "Lines that became raw rows."),
            "n_quarantined": ("BIGINT", "Lines refused, each with its reason in quarantine."),
            "n_skipped": ("BIGINT", "Lines left out by a named rule."),
            "skipped_by_rule": ("VARCHAR", "JSON object: rule -> lines."),
            "first_at": ("TIMESTAMP", "Earliest instant in it (UTC)."),
            "last_at": ("TIMESTAMP", "Latest instant in it (UTC)."),
            "status": ("VARCHAR", "loaded, duplicate (same content under another name), unread."),
            "message": ("VARCHAR", "What a person should know: file, line and remedy."),
            "loaded_at": ("TIMESTAMP", "When it was read (UTC)."),
        },
    ),
    "lake_manifest": (
        "The lake files this warehouse is made of; others are orphans.",
        {
            "layer": ("VARCHAR", "raw or staging."),
            "table_name": ("VARCHAR", "Table within the layer."),
            "source": ("VARCHAR", "Source of its rows."),
            "local_date": ("DATE", "The day whose rows it holds; empty for a raw or undated file."),
            "path": ("VARCHAR", "Path within the lake."),
            "load_id": ("VARCHAR", "The load that wrote it."),
            "n_rows": ("BIGINT", "Rows of that day in it, or of the file."),
            "first_at": ("TIMESTAMP", "Earliest instant in it (UTC), for raw files."),
            "last_at": ("TIMESTAMP", "Latest instant in it (UTC), for raw files."),
        },
    ),
    "quarantine": (
        "One refused line, masked; its original is in landing and in var/quarantine.",
        {
            "source": ("VARCHAR", "Source of the file."),
            "path": ("VARCHAR", "Path within the project."),
            "file_id": ("VARCHAR", "The file, as in load_file."),
            "load_id": ("VARCHAR", "The load that met it."),
            "line_no": ("BIGINT", "Line number, from 1."),
            "reason": ("VARCHAR", "What is wrong with it and what to do."),
            "masked": ("VARCHAR", "Its first 200 characters; digits and letters of values masked."),
            "line_hash": ("VARCHAR", "Keyed hash of the whole line."),
        },
    ),
    "dirty_day": (
        "A day that this publication rebuilt, and why.",
        {
            "local_date": ("DATE", "The day."),
            "unit": ("VARCHAR", "contact or agent: what kind of record changed."),
            "cause": ("VARCHAR", "Why."),
        },
    ),
    "model_state": (
        "What each relation was last built from.",
        {
            "relation": ("VARCHAR", "schema.name."),
            "code_version": ("VARCHAR", "Hash of its SQL and of what it is generated from."),
            "built_at": ("TIMESTAMP", "When (UTC)."),
            "n_rows": ("BIGINT", "Rows after the build."),
        },
    ),
    "check_result": (
        "The result of one quality check.",
        {
            "relation": ("VARCHAR", "schema.name it is about."),
            "check_name": ("VARCHAR", "Name of the check."),
            "severity": ("VARCHAR", "critical (blocks publication) or warning."),
            "is_passed": ("BOOLEAN", "Whether it held."),
            "is_waived": ("BOOLEAN", "Failed, but accepted by a waiver."),
            "n_bad": ("BIGINT", "Rows or cells that break it, where it counts them."),
            "description": ("VARCHAR", "What it asks, in words."),
            "detail": ("VARCHAR", "What was found, in words."),
            "failing_sql": ("VARCHAR", "SQL that lists what breaks it."),
            "checked_at": ("TIMESTAMP", "When (UTC)."),
        },
    ),
    "waiver": (
        "A failed check that somebody accepted, visible in every report.",
        {
            "relation": ("VARCHAR", "schema.name."),
            "check_name": ("VARCHAR", "Name of the check."),
            "scope": ("VARCHAR", "What it is limited to; empty means all."),
            "reason": ("VARCHAR", "Why it was accepted."),
            "until_date": ("DATE", "Last day it holds."),
            "accepted_at": ("TIMESTAMP", "When (UTC)."),
        },
    ),
    "publication": (
        "Every publication this warehouse descends from; the last row is itself.",
        {
            "publication_id": ("BIGINT", "Number, one higher each time."),
            "run_id": ("VARCHAR", "The run that made it."),
            "published_at": ("TIMESTAMP", "When (UTC)."),
            "code_version": ("VARCHAR", "Version of callmart."),
            "input_hash": ("VARCHAR", "Hash of inputs, code and configuration."),
            "watermarks": ("VARCHAR", "JSON object: feed -> latest instant read (UTC)."),
            "n_checks": ("BIGINT", "Checks run."),
            "n_failed": ("BIGINT", "Checks that did not hold (warnings and waived)."),
        },
    ),
    "published_kpi": (
        "A daily number that was published as final and is told differently since: with these a "
        "past report can be told again.",
        {
            "publication_id": ("BIGINT", "The first publication that tells the new number."),
            "metric_id": ("VARCHAR", "Metric."),
            "metric_version": ("INTEGER", "Version of its definition."),
            "scope_kind": ("VARCHAR", "What the number is about, such as queue."),
            "scope_id": ("VARCHAR", "Which of them."),
            "local_date": ("DATE", "Its day."),
            "old_numerator": ("DECIMAL(18,6)", "As the publication before told it; empty: not."),
            "new_numerator": ("DECIMAL(18,6)", "As it is told since; empty: not any more."),
            "old_denominator": ("DECIMAL(18,6)", "As the publication before told it."),
            "new_denominator": ("DECIMAL(18,6)", "As it is told since."),
            "old_n": ("BIGINT", "Cases, as the publication before told them."),
            "new_n": ("BIGINT", "Cases, as they are told since."),
            "old_value_stored": ("DOUBLE", "Value of a percentile or the like, as told before."),
            "new_value_stored": ("DOUBLE", "Value of a percentile or the like, as told since."),
        },
    ),
    "restatement": (
        "What a publication tells differently of days that were final, metric by metric, and why.",
        {
            "publication_id": ("BIGINT", "The publication that restates."),
            "local_date": ("DATE", "The day."),
            "metric_id": ("VARCHAR", "Metric."),
            "n_cells": ("BIGINT", "Scopes whose number changed: rows of published_kpi."),
            "old_numerator": ("DECIMAL(18,6)", "Of the whole centre, before; empty: no change."),
            "new_numerator": ("DECIMAL(18,6)", "Of the whole centre, since; empty: no change."),
            "old_denominator": ("DECIMAL(18,6)", "Of the whole centre, before."),
            "new_denominator": ("DECIMAL(18,6)", "Of the whole centre, since."),
            "cause": ("VARCHAR", "Why: what was read, or that the definition changed."),
        },
    ),
    "build_window": (build_window.DESCRIPTION, build_window.COLUMNS),
    "feed_watermark": (
        "How far each feed has been read.",
        {
            "source": ("VARCHAR", "Source."),
            "feed": ("VARCHAR", "Kind of file within the source."),
            "watermark_at": ("TIMESTAMP", "Latest instant read (UTC)."),
            "late_after_hours": ("DOUBLE", "Without newer lines for so long it counts as late."),
            "is_agent_feed": ("BOOLEAN", "It tells what agents do: their time ends where it does."),
            "is_contact_feed": ("BOOLEAN", "Tells of contacts: repeats are known up to it."),
            "is_retired": ("BOOLEAN", "No more files come: nothing waits for it."),
        },
    ),
    "centre": (
        "The centre as its project file describes it: one row.",
        {
            "centre_name": ("VARCHAR", "Name for people."),
            "reporting_zone": ("VARCHAR", "Zone in which the whole centre counts its days."),
            "reporting_currency": (
                "VARCHAR",
                "Currency in which money is counted (ISO 4217); empty when not set.",
            ),
        },
    ),
    "calendar_interval": (
        "Quarter hours of every zone in use, from the time-zone database.",
        {
            "zone": ("VARCHAR", "IANA time zone."),
            "interval_start": ("TIMESTAMP", "Start of the quarter hour (UTC)."),
            "local_date": ("DATE", "Local day."),
            "local_time": ("VARCHAR", "Local time of its start, HH:MM."),
            "utc_offset_s": ("INTEGER", "Local time minus UTC, in seconds."),
            "is_repeated": ("BOOLEAN", "Second pass of an hour that comes twice."),
        },
    ),
    "metric_definition": (
        "The registry of metrics as this publication was built with.",
        {
            "metric_id": ("VARCHAR", "Identifier."),
            "metric_version": ("INTEGER", "Version of the definition."),
            "valid_from": ("DATE", "First day of the definition."),
            "metric_name": ("VARCHAR", "Name for people."),
            "description": ("VARCHAR", "In plain words."),
            "formula": ("VARCHAR", "Numerator / denominator, in words."),
            "unit": ("VARCHAR", "count, percent, seconds, per_hour, points, number or money."),
            "direction": ("VARCHAR", "higher, lower or neutral: which way is good."),
            "numerator_sql": ("VARCHAR", "SQL of the numerator."),
            "denominator_sql": ("VARCHAR", "SQL of the denominator."),
            "additivity": (
                "VARCHAR",
                "additive, ratio, semi, distinct, estimator, percentile or maximum.",
            ),
            "min_n": ("INTEGER", "Below so many cases a value is greyed."),
            "interval_method": ("VARCHAR", "How its uncertainty is given."),
            "goal": ("DOUBLE", "The centre's goal, else the field's; empty when none."),
            "scopes": ("VARCHAR", "Scope kinds it exists for, separated by ;."),
            "definition_source": ("VARCHAR", "Where the definition comes from."),
        },
    ),
}

_VIEWS = ("build_window",)


def create_ops(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schema and every missing table, view and column; existing rows stay."""
    con.execute("create schema if not exists ops")
    there = _said(con)
    missing = [
        statement
        for table, (_, columns) in _TABLES.items()
        if table not in _VIEWS
        for statement in _missing(table, columns, there)
    ]
    if missing:
        con.execute(";\n".join(missing))
    build_window.create(con)


def comment_ops(con: duckdb.DuckDBPyConnection) -> None:
    """Say of every table and column what it is, where that is not said yet."""
    there = _said(con)
    said = [
        f"comment on {what} is {literal(text)}"
        for table, (description, columns) in _TABLES.items()
        for name, what, text in (
            ("", f"{'view' if table in _VIEWS else 'table'} ops.{table}", description),
            *((n, f"column ops.{table}.{n}", text) for n, (_, text) in columns.items()),
        )
        if there.get((table, name)) != text
    ]
    if said:
        con.execute(";\n".join(said))


def _said(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str | None]:
    """(table, column) of what is there, and its comment; a table itself has the column ''."""
    rows = con.execute(
        """
        select table_name, '', comment from duckdb_tables()
        where database_name = current_database() and schema_name = 'ops'
        union all
        select view_name, '', comment from duckdb_views()
        where database_name = current_database() and schema_name = 'ops'
        union all
        select table_name, column_name, comment from duckdb_columns()
        where database_name = current_database() and schema_name = 'ops'
        """
    ).fetchall()
    return {(table, column): comment for table, column, comment in rows}


def _missing(
    table: str, columns: dict[str, tuple[str, str]], there: dict[tuple[str, str], str | None]
) -> Iterator[str]:
    if (table, "") not in there:
        body = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
        yield f"create table ops.{table} ({body})"
        return
    # A column may be younger than the warehouse.
    for name, (kind, _) in columns.items():
        if (table, name) not in there:
            yield f"alter table ops.{table} add column {name} {kind}"


def table_columns(table: str) -> dict[str, str]:
    """Column names and types of one ops table, in order."""
    return {name: kind for name, (kind, _) in _TABLES[table][1].items()}


def table_description(table: str) -> str:
    """What one ops table holds, in words."""
    return _TABLES[table][0]
