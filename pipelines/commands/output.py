"""Rows for people and for programs: a table on the screen, CSV, JSON, Parquet."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

_WIDEST = 10_000
FORMATS = ("table", "csv", "json", "parquet")


def own_name() -> str:
    """How to call the command again from here: by name, or by path where it is not on PATH."""
    used = Path(sys.argv[0])
    if used.name != "callmart" or shutil.which("callmart"):
        return "callmart"
    return os.path.relpath(used) if used.is_relative_to(Path.cwd()) else str(used)


def write_rows(
    rows: "pl.DataFrame", *, output: str, out: Path | None = None, limit: int = 0
) -> None:
    """Show rows, or write them to a file.

    Raises:
        UsageError: the format is unknown, or parquet was asked for on the screen.
    """
    if output not in FORMATS:
        raise UsageError(f"--format {output!r}: it is one of {', '.join(FORMATS)}.")
    if output == "parquet":
        if out is None:
            raise UsageError("--format parquet needs --out FILE.")
        rows.write_parquet(out)
    elif output == "csv":
        _emit(rows.write_csv(), out)
    elif output == "json":
        _emit(rows.write_json() + "\n", out)
    elif out is not None:
        raise UsageError("--out needs --format csv, json or parquet.")
    else:
        _table(rows, limit)
    if out is not None:
        typer.echo(f"{rows.height:,} rows: {out}")


def _emit(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def _table(rows: "pl.DataFrame", limit: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = rows.head(limit) if limit else rows
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, kind in shown.schema.items():
        justify = "right" if kind.is_numeric() else "left"
        table.add_column(name, justify=justify, no_wrap=True)
    for row in shown.iter_rows():
        table.add_row(*(_cell(value) for value in row))
    # As wide as it needs: a row broken into pieces can be neither read nor cut.
    Console(width=_WIDEST).print(table, markup=False, crop=False)
    if shown.height < rows.height:
        typer.echo(f"{shown.height:,} of {rows.height:,} rows; --limit 0 shows all.")
    else:
        typer.echo(f"{rows.height:,} row{'' if rows.height == 1 else 's'}")


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return escape(str(value))
