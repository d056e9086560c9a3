"""Do the books balance: what was read, what staging, core and marts hold, and what they sum to.

Most checks are files of `reconciliations/`; here are those that are made for every fact and
dimension alike, and the raw lake that some read. An ingest adapter adds its own by files of the
same form, read with `sql_check.read_checks`: nothing here knows of adapters.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.sql_models.build import Window
from quality_checks.every_row import every_row_checks
from quality_checks.result import CheckResult, failed_to_run, held
from quality_checks.sql_check import SqlCheck, read_checks, run_check

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NATURAL_KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "core.fact_contact": ("contact_key", ("source", "contact_id")),
    "core.fact_queue_visit": ("visit_key", ("source", "contact_id", "queue_id", "entered_at")),
    "core.fact_queue_refusal": (
        "refusal_key",
        ("source", "contact_id", "queue_id", "refused_at", "cause"),
    ),
    "core.fact_agent_offer": (
        "offer_key",
        ("source", "contact_id", "queue_id", "agent_id", "offered_at"),
    ),
    "core.fact_handle_segment": (
        "segment_key",
        ("source", "contact_id", "agent_id", "connected_at"),
    ),
    "core.fact_agent_state": ("state_span_key", ("source", "agent_id", "from_at")),
    "core.fact_ivr_session": ("session_key", ("source", "session_id")),
    "core.fact_ivr_step": ("step_key", ("source", "session_id", "step_ordinal")),
    "core.fact_outbound_attempt": ("attempt_key", ("source", "attempt_id")),
    "core.fact_sale": ("sale_key", ("source", "sale_id")),
    "core.fact_case": ("case_key", ("source", "case_id")),
    "core.fact_case_span": ("case_key", ("source", "case_id")),
    "core.fact_case_resolution": ("case_key", ("source", "case_id")),
    "core.fact_case_due": ("case_key", ("source", "case_id")),
    "core.fact_survey_invite": ("invite_key", ("source", "invite_id")),
    "core.fact_survey_answer": ("answer_key", ("source", "invite_id", "question")),
    "core.fact_qa_evaluation": ("evaluation_key", ("source", "evaluation_id")),
    "core.fact_qa_item": ("evaluation_item_key", ("source", "evaluation_id", "item")),
    "core.fact_message_thread": ("thread_key", ("source", "thread_id", "started_at")),
}
"""Key of each fact, and columns that are equal wherever the key is."""


@lru_cache(maxsize=1)
def reconciliations() -> tuple[SqlCheck, ...]:
    """Every reconciliation that ships with callmart.

    Raises:
        CheckError: a file is wrong.
    """
    import quality_checks

    shipped = read_checks(files(quality_checks) / "reconciliations")
    collisions = (_collision(relation) for relation in _NATURAL_KEYS)
    return (*shipped, *every_row_checks(), *collisions)


def _collision(relation: str) -> SqlCheck:
    key, natural = _NATURAL_KEYS[relation]
    # Rows of other days count too: a key of a new row may be that of an old one.
    differs = " or ".join(f"a.{column} is distinct from b.{column}" for column in natural)
    return SqlCheck(
        relation=relation,
        name="keys_do_not_collide",
        severity="critical",
        description=f"No two different rows of all time share one {key}.",
        sql=f"""
            select distinct a.{key}, a.local_date, b.local_date as found_local_date
            from {relation} as a
            inner join {relation} as b on b.{key} = a.{key}
            where a.local_date between $from_date and $to_date and ({differs})
        """,
    )


def run_reconciliations(
    con: "DuckDBPyConnection",
    checks: Iterable[SqlCheck],
    window: Window | None = None,
    *,
    lake: Path | None = None,
) -> Iterator[CheckResult]:
    """Carry out reconciliations; an error is a finding, not an exception.

    Args:
        con: no transaction open; staging attached; the warehouse is the default catalog.
        checks: from `reconciliations`, and an adapter's own.
        window: limits what is compared to these days.
        lake: the project's lake; without it a check of raw lines of a source in use fails.
    """
    import duckdb

    checks = list(checks)
    needed = {check.raw_table for check in checks if check.raw_table}
    try:
        present = _raw_files(con, needed)
    except duckdb.Error as error:
        yield from (failed_to_run(check.spec, error) for check in checks if check.raw_table)
        checks = [check for check in checks if not check.raw_table]
        present = {}
    with _raw_views(con, present, lake) as unreadable:
        for check in checks:
            if check.raw_table and check.raw_table not in present:
                yield held(check.spec, "no such source")
            elif check.raw_table in unreadable:
                yield failed_to_run(check.spec, unreadable[check.raw_table])
            else:
                yield run_check(con, check, window)


def _raw_files(con: "DuckDBPyConnection", tables: set[str]) -> dict[str, list[str]]:
    rows = con.execute(
        """
        select table_name, path from ops.lake_manifest
        where layer = 'raw' and n_rows > 0 order by all
        """
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, path in rows:
        if table in tables and path not in found.setdefault(table, []):
            found[table].append(path)
    return found


@contextmanager
def _raw_views(
    con: "DuckDBPyConnection", tables: dict[str, list[str]], lake: Path | None
) -> Generator[dict[str, object]]:
    """Show raw tables as temporary views; gives those that cannot be read, with the reason."""
    import duckdb

    if not tables or lake is None:
        yield dict.fromkeys(tables, "the raw lake was not given, so nothing could be compared")
        return
    unreadable: dict[str, object] = {}
    for table, paths in tables.items():
        files = ", ".join("'" + str(lake / path).replace("'", "''") + "'" for path in paths)
        try:
            con.execute(
                f"create or replace temp view raw_{table} as select * from read_parquet([{files}], "
                "hive_partitioning = false, union_by_name = true)"
            )
        except duckdb.Error as error:
            unreadable[table] = error
    try:
        yield unreadable
    finally:
        for table in tables.keys() - unreadable.keys():
            con.execute(f"drop view temp.raw_{table}")
