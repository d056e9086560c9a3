"""One chunk of lines to one raw Parquet file: parsed once, found again after a kill."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import polars as pl

from assets.ingest.adapter import STANDARD_COLUMNS, Adapter, Chunk, ParseContext, Parsed
from assets.ingest.errors import AdapterError
from assets.ingest.lines import BLANK_RULE, REFUSED_SCHEMA, Lines, mask, split_lines
from pipelines.storage import lake
from pipelines.storage.steps import reached

_REFUSED_LAYER = "refused"
_NOT_UTF8_NOTE = "not UTF-8, read as Windows-1252: have the system write UTF-8"

DTYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "INTEGER": pl.Int32(),
    "BOOLEAN": pl.Boolean(),
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date(),
    "DOUBLE": pl.Float64(),
    "DECIMAL(18,4)": pl.Decimal(18, 4),
}


@dataclass(frozen=True)
class ChunkPlace:
    """Where a chunk comes from and what reads it."""

    lake: Path
    adapter: Adapter
    feed: str
    context: ParseContext
    parse_hash: str
    """Hash of all that parsing depends on but the lines."""
    file_id: str
    path: str


@dataclass(frozen=True)
class ParsedChunk:
    """What became of a chunk."""

    path: str
    """Of its raw rows, within the lake."""
    n_read: int
    n_rows: int
    skipped: Mapping[str, int]
    notes: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    refused: pl.DataFrame
    """`line_no`, `reason`, `masked`, `line_hash`."""
    originals: list[tuple[int, bytes]]
    """Number and bytes of the refused lines."""

    @property
    def n_refused(self) -> int:
        """Lines that went to quarantine."""
        return self.refused.height


def load_chunk(place: ChunkPlace, data: bytes, first_line: int) -> ParsedChunk:
    """Parse a chunk into the lake, or find it there as a killed run left it.

    Raises:
        AdapterError: the adapter's account of the lines is wrong.
    """
    name = _name(place, data, first_line)
    path = Path(lake.RAW) / place.feed / place.context.source / f"{name}.parquet"
    kept = lake.read_metadata(place.lake / path)
    refused_path = place.lake / _REFUSED_LAYER / place.feed / place.context.source / path.name
    if kept is not None:
        about = json.loads(kept)
        if not about["n_refused"] or refused_path.is_file():
            refused = pl.read_parquet(refused_path) if about["n_refused"] else _no_refused()
            return _known(str(path), about, refused, data, first_line)
    return _parse(place, name, data, first_line)


def _name(place: ChunkPlace, data: bytes, first_line: int) -> str:
    digest = blake2b(digest_size=16)
    for part in (place.parse_hash, place.feed, place.file_id, str(first_line)):
        digest.update(part.encode() + b"\0")
    digest.update(data)
    return digest.hexdigest()


def _no_refused() -> pl.DataFrame:
    return pl.DataFrame(schema={**REFUSED_SCHEMA, "masked": pl.String, "line_hash": pl.String})


def _known(
    path: str, about: dict, refused: pl.DataFrame, data: bytes, first_line: int
) -> ParsedChunk:
    lines = data.split(b"\n") if refused.height else []
    return ParsedChunk(
        path=path,
        n_read=about["n_read"],
        n_rows=about["n_rows"],
        skipped=about["skipped"],
        notes=about["notes"],
        first_at=_instant(about["first_at"]),
        last_at=_instant(about["last_at"]),
        refused=refused,
        originals=[(no, lines[no - first_line].removesuffix(b"\r")) for no in refused["line_no"]],
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _parse(place: ChunkPlace, name: str, data: bytes, first_line: int) -> ParsedChunk:
    lines = split_lines(data, first_line, place.context.pseudonyms)
    parsed = place.adapter.parse(Chunk(lines.frame, place.path), place.feed, place.context)
    rows = _raw_rows(place, parsed)
    refused = _refused(place, lines, parsed, first_line)
    skipped = dict(parsed.skipped)
    if lines.n_blank:
        skipped[BLANK_RULE] = skipped.get(BLANK_RULE, 0) + lines.n_blank
    n_read, accounted = len(lines.originals), rows.height + refused.height + sum(skipped.values())
    if n_read != accounted:
        raise AdapterError(
            f"{place.path}, lines {first_line} to {first_line + n_read - 1}: the {place.feed} "
            f"reader of {place.adapter.kind} accounts for {accounted} of {n_read} lines"
        )
    notes = dict(parsed.notes)
    if lines.n_not_utf8:
        notes[_NOT_UTF8_NOTE] = lines.n_not_utf8
    about = {
        "n_read": n_read,
        "n_rows": rows.height,
        "n_refused": refused.height,
        "skipped": skipped,
        "notes": notes,
        "first_at": _text(rows["line_at"].min()),
        "last_at": _text(rows["line_at"].max()),
    }
    where = {"table": place.feed, "source": place.context.source, "name": name}
    if refused.height:
        # Before the rows, so that rows that are there have their refused lines with them.
        lake.write_frame(place.lake, refused, layer=_REFUSED_LAYER, **where)
    path = lake.write_frame(
        place.lake, rows, layer=lake.RAW, metadata=json.dumps(about, sort_keys=True), **where
    )
    reached("ingest.chunk")
    return _known(path, about, refused, data, first_line)


def _text(instant: object) -> str | None:
    return instant.isoformat() if isinstance(instant, datetime) else None


def _raw_rows(place: ChunkPlace, parsed: Parsed) -> pl.DataFrame:
    """The adapter's rows with the engine's columns, typed as the raw table says.

    Raises:
        AdapterError: a column is missing, has another type, or line_at is null.
    """
    types = place.adapter.raw_tables[place.feed]
    if list(types)[: len(STANDARD_COLUMNS)] != list(STANDARD_COLUMNS):
        raise AdapterError(f"raw table {place.feed} does not begin with the standard columns")
    rows = parsed.rows.with_columns(
        source=pl.lit(place.context.source), file_id=pl.lit(place.file_id)
    )
    missing = types.keys() - set(rows.columns)
    if missing:
        raise AdapterError(f"raw table {place.feed} lacks columns: {', '.join(sorted(missing))}")
    rows = rows.select(pl.col(column).cast(DTYPES[kind]) for column, kind in types.items())
    if rows["line_at"].null_count():
        raise AdapterError(f"{place.path}: rows of {place.feed} have no line_at")
    return rows


def _refused(place: ChunkPlace, lines: Lines, parsed: Parsed, first_line: int) -> pl.DataFrame:
    bad = pl.concat(
        [lines.refused, parsed.bad.select(lines.refused.columns).cast(lines.refused.schema)]
    )
    if bad.is_empty():
        return _no_refused()
    originals = [lines.originals[no - first_line] for no in bad["line_no"]]
    return bad.with_columns(
        masked=pl.Series([mask(line) for line in originals], dtype=pl.String),
        line_hash=pl.Series(place.context.pseudonyms.line_ids(originals), dtype=pl.String),
    ).sort("line_no")
