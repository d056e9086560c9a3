"""The tables of a page as CSV and Parquet, beside the page."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from reports.outputs.long import COLUMNS, columns, schema
from reports.outputs.text import defused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reports.outputs.page_tables import PageTable
    from reports.spans import AllDays, Span


_OUTSIDE = ("row", "scope_id", "column", "text")
"""Columns with text that may have come from outside."""

_FLAGS = {True: "true", False: "false", None: None}


def paths(table: PageTable, span: Span | AllDays) -> tuple[str, str]:
    """Where a table's CSV and Parquet are, relative to the site's top folder."""
    stem = f"{span.folder}/tables/{table.name}"
    return f"{stem}.csv", f"{stem}.parquet"


def write(out: Path, tables: Sequence[PageTable], span: Span | AllDays) -> list[str]:
    """Write both files of each table; returns their paths relative to `out`."""
    written = []
    (out / span.folder / "tables").mkdir(parents=True, exist_ok=True)
    for table in tables:
        found = columns(table, span)
        csv_path, parquet_path = paths(table, span)
        _write_csv(out / csv_path, found)
        _write_parquet(out / parquet_path, found)
        written += [csv_path, parquet_path]
    return written


def _write_csv(path: Path, found: Sequence[Sequence[Any]]) -> None:
    safe = [_safe(name, values) for name, values in zip(COLUMNS, found, strict=True)]
    # Without the byte order mark Excel reads UTF-8 as the machine's own code page.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(zip(*safe, strict=True))


def _safe(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """A column for CSV: text that nothing runs, flags in small letters, numbers as they are."""
    if name in _OUTSIDE:
        return [None if text is None else defused(text) for text in values]
    return [_FLAGS[flag] for flag in values] if name.startswith("is_") else values


def _write_parquet(path: Path, found: Sequence[Sequence[Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(values, f.type) for values, f in zip(found, schema(), strict=True)]
    # Files of some hundred rows: look-up tables and bounds of columns are larger than they save.
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=schema()), path, compression="snappy",
        use_dictionary=False, write_statistics=False, store_schema=False,
    )  # fmt: skip
