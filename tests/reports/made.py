"""Metrics, numbers and rows made by hand, and whole warehouses made from a simulated centre."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.ingest.calendar import calendar_intervals
from pipelines.sql_models import create_empty, install_macros, load_contracts
from pipelines.sql_models.metrics import metric_definitions, write_definitions
from pipelines.storage.duck import connect
from pipelines.storage.ops import create_ops
from reports import estimates
from reports.records import Metric, Number
from tests.models.warehouse import make, models_with_rows, needed_for
from tests.reports.centre import NASTY, SOURCE, Centre, simulate

_MARTS = (
    "marts.cost_month", "marts.ivr_path", "marts.kpi_reach", "marts.qa_month",
    "marts.staffing_interval", "marts.v_kpi_day", "marts.v_kpi_interval", "marts.v_kpi_month",
    "marts.v_kpi_week", "marts.volume_day",
)  # fmt: skip
"""What pages show, beside the facts and dimensions."""


def metric(metric_id: str = "service_level", **more: Any) -> Metric:
    """A definition of the registry."""
    given = {
        "version": 1, "name": metric_id.replace("_", " ").capitalize(), "description": "words",
        "formula": "a / b", "unit": "percent", "direction": "higher", "numerator_sql": "n",
        "denominator_sql": "d", "additivity": "ratio", "min_n": 20, "interval_method": "wilson",
        "goal": 80.0, "source": "COPC", "valid_from": None,
    }  # fmt: skip
    return Metric(id=metric_id, **{**given, **more})


def share(
    hits: float, cases: float, *, scope: tuple[str, str] = ("all", "all"), **more: Any
) -> Number:
    """A share with its interval and state."""
    about = metric(**more)
    bounds = estimates.wilson(hits, cases)
    value = 100 * hits / cases if cases else None
    return Number(
        metric=about,
        scope_kind=scope[0],
        scope_id=scope[1],
        value=value,
        numerator=hits,
        denominator=cases,
        n=int(cases),
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        goal=about.goal,
        status="none"
        if cases < about.min_n
        else estimates.status(value, about.goal, about.direction),
        is_small=cases < about.min_n,
    )


def write_warehouse(path: Path, centre: Centre | None = None) -> Path:
    """Build a published warehouse of a simulated centre with the models that ship."""
    centre = centre or Centre()
    rows = simulate(centre)
    day = timedelta(days=1)
    last_day = centre.first_day + day * centre.days
    last = max(r["ended_at"] for r in rows["contact"] if r["ended_at"])
    with connect(path, threads=1) as con:
        con.execute("attach ':memory:' as staging")
        create_ops(con)
        install_macros(con)
        for contract in load_contracts().values():
            create_empty(con, contract)
        for table, found in rows.items():
            _insert(con, f"staging.{table}", found)
        calendar = calendar_intervals([centre.zone], centre.first_day - day, last_day)
        _insert(con, "ops.calendar_interval", calendar)
        write_definitions(con, metric_definitions())
        con.execute("insert into ops.centre values ('Centre', ?, 'EUR')", [centre.zone])
        _tell_ops(con, min(r["started_at"] for r in rows["contact"]), last)
        models = models_with_rows(con)
        shown = [m.relation for m in models if m.relation.startswith("core.")]
        con.begin()
        make(con, needed_for(models, [*shown, *_MARTS]))
        con.commit()
        con.execute("detach staging")
    return path


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]] | pl.DataFrame
) -> None:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    con.register("frame", frame)
    con.execute(f"insert into {table} by name from frame")
    con.unregister("frame")


def _tell_ops(con: duckdb.DuckDBPyConnection, first: datetime, last: datetime) -> None:
    """Files, checks and feeds of which some are not well, named to break out of a page."""
    load = ["load_id", "file_id", "source", "feed", "path", "first_byte", "n_bytes", "content_hash",
            "first_line", "n_read", "n_loaded", "n_quarantined", "n_skipped", "skipped_by_rule",
            "first_at", "last_at", "status", "message", "loaded_at"]  # fmt: skip
    files = [
        ("l1", "f1", SOURCE, "queue_log", "landing/pbx/queue_log", 0, 99, "ff", 1, 7920, 7917, 2,
         1, '{"blank_line": 1}', first, last, "loaded", None, last),
        ("l2", "f2", SOURCE, None, f"landing/pbx/{NASTY}", 0, 10, "ee", 1, 0, 0, 0, 0, "{}", None,
         None, "unread", "landing/pbx/notes.txt is not a log of Asterisk", last),
    ]  # fmt: skip
    _insert(con, "ops.load_file", [dict(zip(load, f, strict=True)) for f in files])
    for line in (17, 3012):
        con.execute(
            "insert into ops.quarantine values ('pbx', 'landing/pbx/queue_log', 'f1', 'l1', ?,"
            " 'fewer than 5 fields: restore the line in landing', ?, 'aa')",
            [line, NASTY],
        )
    con.execute(
        "insert into ops.feed_watermark values ('pbx', 'queue_log', ?, 26, true, true, false),"
        " ('pbx', 'cdr', ?, 26, false, true, false), ('pbx', 'cel', null, 26, false, true, false)",
        [last, last - timedelta(hours=40)],
    )
    con.execute(
        "insert into ops.check_result values "
        "('core.fact_queue_visit', 'visit_key_unique', 'critical', true, false, 0,"
        " 'every visit once', null, null, ?),"
        "('core.fact_queue_visit', 'wait_in_range', 'warning', false, false, 3,"
        " 'waits of 0 to 4 hours', ?, 'select 1 from t where a < 2 and b > 3', ?),"
        "('staging.queue_visit', 'balance', 'critical', false, true, 1, 'entries = visits',"
        " '1 missing', 'select 1', ?)",
        [last, NASTY, last, last],
    )
    con.execute(
        "insert into ops.waiver values ('staging.queue_visit', 'balance', null,"
        " 'the trunk was replaced', date '2026-12-31', ?)",
        [last],
    )
    con.execute(
        "insert into ops.publication values (7, 'r-7', ?, '0.1.0', 'abcdef', ?, 3, 2)",
        [last + timedelta(hours=3), f'{{"pbx/queue_log": "{last.isoformat()}"}}'],
    )
