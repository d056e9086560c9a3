"""Data that a page is made of and has no room for, as CSV and Parquet in a folder beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.outputs.text import defused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl


@dataclass(frozen=True)
class Rows:
    """Rows to be had beside a page."""

    title: str
    path: str
    """Of its files without their ending, relative to the site's top folder."""
    frame: pl.DataFrame

    @property
    def csv(self) -> str:
        """Its path as CSV."""
        return f"{self.path}.csv"

    @property
    def parquet(self) -> str:
        """Its path as Parquet."""
        return f"{self.path}.parquet"


def write(out: Path, every: Sequence[Rows]) -> Iterator[str]:
    """Write both files of each; their paths relative to `out`."""
    for rows in every:
        (out / rows.path).parent.mkdir(parents=True, exist_ok=True)
        # Without the byte order mark Excel reads UTF-8 as the machine's own code page.
        _defused(rows.frame).write_csv(out / rows.csv, include_bom=True)
        rows.frame.write_parquet(out / rows.parquet, compression="snappy", statistics=False)
        yield from (rows.csv, rows.parquet)


def _defused(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that no spreadsheet runs."""
    import polars as pl

    return frame.with_columns(
        pl.col(pl.String).map_elements(defused, return_dtype=pl.String, skip_nulls=True)
    )
