"""The ledger: what truly happened, table by table, before any system wrote a file about it.

The tables and their columns are declared here and nowhere else. A column spec is `name:kind` with
the kinds t (instant, UTC, ms), d (date), i (integer), f (float), b (boolean), s (text). Durations
end in `_ms`, keys of people are employee numbers.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

_COMPACT_AT = 60_000
TABLES = {
    "contacts": (
        "contact_id:s site:s channel:s direction:s customer_ref:s phone:s started_at:t ended_at:t "
        "entry_point:s reason:s reason_group:s first_queue:s last_queue:s last_agent:s "
        "disposition:s language:s is_resolved:b issue_id:s attempt:i caused_by:s related_id:s "
        "has_complaint:b is_recorded:b"
    ),
    "visits": (
        "contact_id:s visit_ordinal:i site:s queue:s entered_at:t left_at:t wait_ms:i outcome:s "
        "next_step:s next_queue:s position_in:i position_out:i exit_key:s agent_id:s"
    ),
    "refusals": "contact_id:s site:s queue:s refused_at:t cause:s",
    "offers": (
        "contact_id:s visit_ordinal:i offer_ordinal:i site:s queue:s agent_id:s offered_at:t "
        "ring_ms:i outcome:s"
    ),
    "legs": (
        "contact_id:s visit_ordinal:i segment_ordinal:i site:s queue:s channel:s agent_id:s "
        "connected_at:t ended_at:t talk_ms:i hold_ms:i wrap_ms:i ended_by:s transfer_type:s "
        "transfer_to:s is_cut:b disposition:s expected_talk_ms:i"
    ),
    "states": "agent_id:s site:s from_at:t to_at:t state:s reason:s",
    "presence": "agent_id:s site:s from_at:t to_at:t activity:s",
    "ivr_sessions": (
        "session_id:s contact_id:s site:s kind:s customer_ref:s entered_at:t left_at:t end_kind:s"
    ),
    "ivr_steps": "session_id:s site:s step_ordinal:i node:s at:t goal:s outcome:s",
    "messages": (
        "message_id:s thread_id:s contact_id:s site:s channel:s queue:s agent_id:s direction:s "
        "author_kind:s sent_at:t"
    ),
    "survey_invites": (
        "invite_id:s contact_id:s site:s agent_id:s queue:s channel:s sent_at:t is_delivered:b "
        "answered_at:t experience:f"
    ),
    "survey_answers": "invite_id:s site:s question:s kind:s scale_min:i scale_max:i score:i text:s",
    "qa_evaluations": (
        "evaluation_id:s contact_id:s site:s agent_id:s evaluator:s form:s form_version:i "
        "evaluated_at:t status:s calibration_id:s true_score:f score:f is_fatal:b"
    ),
    "qa_items": (
        "evaluation_id:s site:s item:s topic:s weight:f points:f max_points:f is_applicable:b "
        "criticality:s"
    ),
    "sales": (
        "sale_id:s refunds_sale_id:s contact_id:s site:s customer_ref:s agent_id:s at:t kind:s "
        "product:s amount:f currency:s"
    ),
    "cases": (
        "case_id:s parent_case_id:s contact_id:s site:s customer_ref:s agent_id:s queue:s "
        "channel:s priority:s kind:s opened_at:t due_at:t resolved_at:t"
    ),
    "case_events": "case_id:s site:s event_at:t event:s agent_id:s",
    "outbound_attempts": (
        "attempt_id:s contact_id:s site:s campaign:s lead_id:s phone:s agent_id:s dialled_at:t "
        "answered_at:t agent_connected_at:t ended_at:t amd_result:s result:s"
    ),
    "schedules": (
        "agent_id:s site:s local_date:d activity:s starts_at:t ends_at:t is_paid:b kind:s "
        "version_at:t approved_at:t"
    ),
    "attendance": (
        "agent_id:s site:s local_date:d is_absent:b logged_in_at:t logged_out_at:t scheduled_ms:i "
        "adherent_ms:i worked_ms:i"
    ),
    "arrival_profile": "site:s queue:s interval_at:t expected:f",
    "restarts": "site:s at:t",
    "people": (
        "agent_id:s site:s kind:s name:s hired_on:d left_on:d level:s work_mode:s language:s "
        "extension:s login:s email:s hourly_cost:f currency:s speed:f skill:f"
    ),
    "roster": (
        "agent_id:s valid_from:d site:s team:s supervisor:s manager:s director:s change:s "
        "queues:s"
    ),
    "customers": (
        "customer_ref:s site:s segment:s name:s phone:s email:s since:d left_on:d"
    ),
    "forecasts": "site:s queue:s interval_at:t interval_s:i made_at:t volume:f aht_s:f",
    "costs": "period:d level:s scope:s kind:s amount:f currency:s",
    "headcount": (
        "period:d site:s team:s opening:i joiners:i leavers:i transfers_in:i transfers_out:i "
        "closing:i"
    ),
    "fx_rates": "period:d currency:s rate_to_eur:f",
    "dirt": "file:s kind:s n:i",
}  # fmt: skip


def columns(table: str) -> dict[str, str]:
    """The columns of a ledger table with their kinds (t, d, i, f, b, s)."""
    pairs = (spec.partition(":") for spec in TABLES[table].split())
    return {name: kind for name, _, kind in pairs}


def _types() -> dict[str, Any]:
    import polars as pl

    return {
        "t": pl.Datetime("ms", "UTC"), "d": pl.Date(), "i": pl.Int64(), "f": pl.Float64(),
        "b": pl.Boolean(), "s": pl.String(),
    }  # fmt: skip


class Ledger:
    """Rows of all tables, appended as tuples in the order of their columns.

    Long lists are written to `<folder>/<table>/<part>.<number>` (Parquet) as they grow, so that a
    year needs no more memory than a week.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        self.folder = folder
        self.part = part
        self.written: dict[str, list[Path]] = {table: [] for table in TABLES}
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)

    def compact(self, *, always: bool = False) -> None:
        """Write long lists of rows, or all; the lists stay the same objects."""
        for table, rows in self.rows.items():
            if rows and (always or len(rows) > _COMPACT_AT):
                written = self.written[table]
                path = self.folder / table / f"{self.part}.{len(written):04d}"
                _frame(table, rows).write_parquet(path, compression="lz4")
                written.append(path)
                rows.clear()

    def frame(self, table: str) -> "pl.DataFrame":
        """All rows of a table so far."""
        import polars as pl

        frames = [pl.read_parquet(path) for path in self.written[table]]
        return pl.concat([*frames, _frame(table, self.rows[table])])


def write_table(table: str, rows: list[tuple[Any, ...]], path: Path) -> None:
    """Write the rows of one table as one file."""
    _frame(table, rows).write_parquet(path, compression="zstd")


def _frame(table: str, rows: list[tuple[Any, ...]]) -> "pl.DataFrame":
    import polars as pl

    types = _types()
    kinds = columns(table)
    values = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    series = []
    for (name, kind), column in zip(kinds.items(), values, strict=True):
        if kind == "t":
            made = pl.Series(name, column, dtype=pl.Int64()).cast(types["t"])
        else:
            made = pl.Series(name, column, dtype=types[kind])
        series.append(made)
    return pl.DataFrame(series)


def merge(task: tuple[str, Path, Path]) -> None:
    """Join the parts of a (table, parts, truth) into `truth/<table>.parquet`, sites in order."""
    import pyarrow.parquet as pq

    table, parts, truth = task
    files = sorted((parts / table).iterdir())
    whole = truth / f"{table}.parquet"
    if not files:
        _frame(table, []).write_parquet(whole)
        return
    with pq.ParquetWriter(whole, pq.read_schema(files[0]), compression="lz4") as writer:
        for file in files:
            writer.write_table(pq.ParquetFile(file).read())
