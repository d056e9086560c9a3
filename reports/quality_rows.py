"""What a publication is made of as tables: a row per file, and per check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from reports.records import Row, Trust

_FILE = (
    "source", "feed", "path", "status", "n_read", "n_loaded", "n_quarantined", "n_skipped",
    "first_at", "last_at", "loaded_at", "message",
)  # fmt: skip
_CHECK = (
    "relation", "check_name", "severity", "is_passed", "is_waived", "n_bad", "description",
    "detail",
)  # fmt: skip


def file_rows(trust: Trust) -> pl.DataFrame:
    """A row per file: lines read, loaded, refused and left out; instants in UTC."""
    return _frame(_FILE, trust.files)


def check_rows(trust: Trust) -> pl.DataFrame:
    """A row per check with its result and how many rows failed it."""
    return _frame(_CHECK, trust.checks)


def _frame(columns: tuple[str, ...], rows: list[Row]) -> pl.DataFrame:
    import polars as pl

    kinds: Mapping[str, Any] = {"n_": pl.Int64, "is_": pl.Boolean}
    schema = {
        name: next(
            (kind for start, kind in kinds.items() if name.startswith(start)),
            pl.Datetime("us") if name.endswith("_at") else pl.String,
        )
        for name in columns
    }
    return pl.DataFrame(
        [[_plain(row.get(name)) for name in columns] for row in rows], schema=schema, orient="row"
    )


def _plain(value: Any) -> Any:
    """Instants in UTC, without a zone; counts that DuckDB summed as whole numbers."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return value if value is None or isinstance(value, (str, bool)) else int(value)
