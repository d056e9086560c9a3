"""Files that are not one row a line, as lines all the same: Excel, Parquet, texts over lines.

Each record becomes one line, a JSON array of texts, the header's line among them; so such a file
is measured, recognised, cut into chunks and quarantined like any other. A line's number is the
record's.
"""

import csv
import io
import json
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl

from assets.ingest.content import UnreadableError, open_unpacked
from assets.ingest.tabular.mapping import Mapping

_PLAIN = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "cp1252", "windows-1252"})
"""Encodings that lines are read in anyway."""
_IN_MEMORY = 64 * 1024 * 1024
_BATCH = 50_000


def is_by_record(mapping: Mapping) -> bool:
    """Whether files of a mapping have to be made lines of first."""
    is_binary = mapping.format in ("excel", "parquet")
    return is_binary or mapping.multiline or mapping.encoding.lower() not in _PLAIN


@contextmanager
def open_records(path: Path, mapping: Mapping) -> Generator[tuple[BufferedIOBase, BinaryIO, bool]]:
    """Open a file as lines of JSON arrays; see `content.open_unpacked` for what is yielded.

    Raises:
        UnreadableError: it cannot be read, or is no file of the mapping's format.
    """
    with path.open("rb") as file, tempfile.SpooledTemporaryFile(_IN_MEMORY) as lines:
        for record in _records(path, mapping):
            lines.write(_line(record))
        lines.seek(0)
        yield cast(BufferedIOBase, lines), file, True


def fields_of(line: str) -> list[str | None]:
    """The texts of a record from its line."""
    return json.loads(line)


def _line(record: Sequence[str | None]) -> bytes:
    if not any(record):
        return b"\n"
    return json.dumps(list(record), ensure_ascii=False).encode() + b"\n"


def _records(path: Path, mapping: Mapping) -> Iterator[Sequence[str | None]]:
    if mapping.format == "excel":
        return _excel(path, mapping)
    if mapping.format == "parquet":
        return _parquet(path)
    return _csv(path, mapping)


def _excel(path: Path, mapping: Mapping) -> Iterator[Sequence[str | None]]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        sheet = book.load_sheet(mapping.sheet or 0, header_row=None, dtypes="string")
        rows = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise UnreadableError(f"is no Excel file that can be read ({_first(error)})") from None
    return iter(rows.rows())


def _parquet(path: Path) -> Iterator[Sequence[str | None]]:
    try:
        rows = pl.scan_parquet(path)
        names = rows.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableError(f"is no Parquet file that can be read ({_first(error)})") from None
    return chain([names], _batches(rows.select(pl.all().cast(pl.String)), path))


def _batches(rows: pl.LazyFrame, path: Path) -> Iterator[Sequence[str | None]]:
    try:
        for batch in rows.collect_batches(chunk_size=_BATCH, maintain_order=True):
            yield from batch.rows()
    except pl.exceptions.PolarsError as error:
        raise UnreadableError(f"{path.name} cannot be read whole ({_first(error)})") from None


def _csv(path: Path, mapping: Mapping) -> Iterator[Sequence[str | None]]:
    csv.field_size_limit(2**31 - 1)
    with open_unpacked(path) as (content, _, _):
        try:
            text = io.TextIOWrapper(cast(BinaryIO, content), encoding=mapping.encoding, newline="")
            yield from _read(text, mapping)
            text.detach()
        except (UnicodeError, LookupError) as error:
            raise UnreadableError(
                f"is not {mapping.encoding} ({_first(error)}): see `encoding` of the mapping"
            ) from None
        except csv.Error as error:
            raise UnreadableError(f"is no CSV that can be read ({error})") from None


def _read(text: Iterable[str], mapping: Mapping) -> Iterator[list[str]]:
    reader = csv.reader(
        text,
        delimiter=mapping.delimiter,
        quotechar=mapping.quote or None,
        quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
    )
    for place, row in enumerate(reader):
        yield [row[0].removeprefix("\ufeff"), *row[1:]] if place == 0 and row else row


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
