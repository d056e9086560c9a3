"""Chunks of lines to one raw Parquet file: parsed once, found again after a kill."""

import json
from collections.abc import Mapping, Sequence
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
_PLACE = pl.UInt32()


@dataclass(frozen=True)
class Reader:
    """What reads chunks, and where their rows go."""

    lake: Path
    adapter: Adapter
    context: ParseContext
    parse_hash: str
    """Hash of all that parsing depends on but the lines."""


@dataclass(frozen=True)
class RawChunk:
    """Consecutive lines of one file, as they stand in it."""

    file_id: str
    path: str
    first_line: int
    data: bytes


@dataclass(frozen=True)
class ParsedChunk:
    """What became of a chunk."""

    path: str
    """Of its raw rows, within the lake; those of other chunks may lie there too."""
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


def load_chunks(reader: Reader, feed: str, chunks: Sequence[RawChunk]) -> list[ParsedChunk]:
    """Parse chunks of one feed into one file of the lake, or find it as a killed run left it.

    Raises:
        AdapterError: the adapter's account of the lines is wrong.
    """
    where = {"table": feed, "source": reader.context.source, "name": _name(reader, feed, chunks)}
    path = "/".join((lake.RAW, feed, where["source"], f"{where['name']}.parquet"))
    refused_path = reader.lake / _REFUSED_LAYER / Path(path).relative_to(lake.RAW)
    kept = lake.read_metadata(reader.lake / path)
    if kept is not None:
        about = json.loads(kept)
        if not any(one["n_refused"] for one in about):
            return _known(path, about, _no_refused(), chunks)
        if refused_path.is_file():
            return _known(path, about, pl.read_parquet(refused_path), chunks)
    rows, refused, about = _parse(reader, feed, chunks)
    if refused.height:
        # Before the rows, so that rows that are there have their refused lines with them.
        lake.write_frame(reader.lake, refused, layer=_REFUSED_LAYER, **where)
    metadata = json.dumps(about, sort_keys=True)
    lake.write_frame(reader.lake, rows, layer=lake.RAW, metadata=metadata, **where)
    reached("ingest.chunk")
    return _known(path, about, refused, chunks)


def _name(reader: Reader, feed: str, chunks: Sequence[RawChunk]) -> str:
    digest = blake2b(f"{reader.parse_hash}\0{feed}\0".encode(), digest_size=16)
    for chunk in chunks:
        digest.update(f"{chunk.file_id}\0{chunk.first_line}\0{len(chunk.data)}\0".encode())
        digest.update(chunk.data)
    return digest.hexdigest()


def _no_refused() -> pl.DataFrame:
    schema = {"place": _PLACE, **REFUSED_SCHEMA, "masked": pl.String, "line_hash": pl.String}
    return pl.DataFrame(schema=schema)


def _known(
    path: str, about: list[dict], refused: pl.DataFrame, chunks: Sequence[RawChunk]
) -> list[ParsedChunk]:
    by_place = refused.partition_by("place", as_dict=True, include_key=False)
    nothing = _no_refused().drop("place")
    found = []
    for place, (told, chunk) in enumerate(zip(about, chunks, strict=True)):
        refused = by_place.get((place,), nothing)
        lines = chunk.data.split(b"\n") if refused.height else []
        found.append(
            ParsedChunk(
                path=path,
                n_read=told["n_read"],
                n_rows=told["n_rows"],
                skipped=told["skipped"],
                notes=told["notes"],
                first_at=_instant(told["first_at"]),
                last_at=_instant(told["last_at"]),
                refused=refused,
                originals=[
                    (no, lines[no - chunk.first_line].removesuffix(b"\r"))
                    for no in refused["line_no"]
                ],
            )
        )
    return found


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _parse(
    reader: Reader, feed: str, chunks: Sequence[RawChunk]
) -> tuple[pl.DataFrame, pl.DataFrame, list[dict]]:
    """Raw rows, refused lines (`place` of the chunk, ...) and the account of each chunk."""
    pseudonyms = reader.context.pseudonyms
    lines = [split_lines(chunk.data, chunk.first_line, pseudonyms) for chunk in chunks]
    given = [Chunk(cut.frame, chunk.path) for cut, chunk in zip(lines, chunks, strict=True)]
    parsed = reader.adapter.parse(given, feed, reader.context)
    rows = _raw_rows(reader, feed, chunks, parsed)
    times = {
        place: (first, last)
        for place, first, last in rows.group_by("place")
        .agg(first=pl.col("line_at").min(), last=pl.col("line_at").max())
        .rows()
    }
    refused = [_no_refused()]
    about = []
    for place, (chunk, cut, found) in enumerate(zip(chunks, lines, parsed, strict=True)):
        bad = _refused(reader, cut, found, chunk.first_line)
        if bad.height:
            refused.append(bad.select(pl.lit(place, dtype=_PLACE).alias("place"), pl.all()))
        first_at, last_at = times.get(place, (None, None))
        about.append(
            _account(reader, feed, chunk, cut, found, n_refused=bad.height)
            | {"first_at": _text(first_at), "last_at": _text(last_at)}
        )
    return rows.drop("place"), pl.concat(refused), about


def _account(
    reader: Reader, feed: str, chunk: RawChunk, lines: Lines, parsed: Parsed, *, n_refused: int
) -> dict:
    """What became of a chunk's lines, which is kept with the rows.

    Raises:
        AdapterError: the adapter lost lines or told some twice.
    """
    skipped, notes = dict(parsed.skipped), dict(parsed.notes)
    if lines.n_blank:
        skipped[BLANK_RULE] = skipped.get(BLANK_RULE, 0) + lines.n_blank
    if lines.n_not_utf8:
        notes[_NOT_UTF8_NOTE] = lines.n_not_utf8
    n_read, n_rows = len(lines.originals), parsed.rows.height
    accounted = n_rows + n_refused + sum(skipped.values())
    if n_read != accounted:
        raise AdapterError(
            f"{chunk.path}, lines {chunk.first_line} to {chunk.first_line + n_read - 1}: the "
            f"{feed} reader of {reader.adapter.kind} accounts for {accounted} of {n_read} lines"
        )
    return {
        "n_read": n_read,
        "n_rows": n_rows,
        "n_refused": n_refused,
        "skipped": skipped,
        "notes": notes,
    }


def _text(instant: object) -> str | None:
    return instant.isoformat() if isinstance(instant, datetime) else None


def _raw_rows(
    reader: Reader, feed: str, chunks: Sequence[RawChunk], parsed: Sequence[Parsed]
) -> pl.DataFrame:
    """The adapter's rows with the engine's columns, typed as the raw table says, and `place`.

    Raises:
        AdapterError: a column is missing, has another type, or line_at is null.
    """
    types = reader.adapter.raw_tables[feed]
    if list(types)[: len(STANDARD_COLUMNS)] != list(STANDARD_COLUMNS):
        raise AdapterError(f"raw table {feed} does not begin with the standard columns")
    heights = [found.rows.height for found in parsed]
    # Of a chunk that gives no row, columns may have no type.
    filled = [found.rows for found in parsed if found.rows.height] or [parsed[0].rows]
    rows = pl.concat(filled, how="vertical_relaxed").with_columns(_places(heights))
    file_ids = pl.Series([chunk.file_id for chunk in chunks], dtype=pl.String)
    rows = rows.with_columns(
        source=pl.lit(reader.context.source), file_id=file_ids.gather(rows["place"])
    )
    missing = types.keys() - set(rows.columns)
    if missing:
        raise AdapterError(f"raw table {feed} lacks columns: {', '.join(sorted(missing))}")
    typed = (pl.col(column).cast(DTYPES[kind]) for column, kind in types.items())
    rows = rows.select("place", *typed)
    if rows["line_at"].null_count():
        raise AdapterError(f"{chunks[0].path} and on: rows of {feed} have no line_at")
    return rows


def _places(heights: Sequence[int]) -> pl.Series:
    """The number of its chunk for each row."""
    counts = pl.DataFrame({"place": range(len(heights)), "n": heights}).filter(pl.col("n") > 0)
    repeated = counts.select(pl.col("place").cast(_PLACE).repeat_by("n").explode())
    return repeated.to_series()


def _refused(reader: Reader, lines: Lines, parsed: Parsed, first_line: int) -> pl.DataFrame:
    bad = pl.concat(
        [lines.refused, parsed.bad.select(lines.refused.columns).cast(lines.refused.schema)]
    )
    if bad.is_empty():
        return bad
    originals = [lines.originals[no - first_line] for no in bad["line_no"]]
    return bad.with_columns(
        masked=pl.Series([mask(line) for line in originals], dtype=pl.String),
        line_hash=pl.Series(reader.context.pseudonyms.line_ids(originals), dtype=pl.String),
    ).sort("line_no")
