"""Chunks of lines to one raw Parquet file: parsed once, found again after a kill."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import polars as pl

from assets.ingest.adapter import STANDARD_COLUMNS, Adapter, Chunks, ParseContext, Parsed
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
    return pl.DataFrame(schema={**REFUSED_SCHEMA, "masked": pl.String, "line_hash": pl.String})


def _known(
    path: str, about: list[dict], refused: pl.DataFrame, chunks: Sequence[RawChunk]
) -> list[ParsedChunk]:
    by_chunk = refused.partition_by("chunk_no", as_dict=True, include_key=False)
    nothing = _no_refused().drop("chunk_no")
    found = []
    for chunk_no, (told, chunk) in enumerate(zip(about, chunks, strict=True)):
        refused = by_chunk.get((chunk_no,), nothing)
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
    """Raw rows, refused lines (`chunk_no`, ...) and the account of each chunk."""
    lines = split_lines([(c.data, c.first_line) for c in chunks], reader.context.pseudonyms)
    given = Chunks(lines.frame, tuple(chunk.path for chunk in chunks))
    parsed = reader.adapter.parse(given, feed, reader.context)
    rows = _raw_rows(reader, feed, chunks, parsed.rows)
    refused = _refused(reader, chunks, lines, parsed.bad)
    about = _accounts(chunks, lines, parsed, rows, refused)
    for chunk, told in zip(chunks, about, strict=True):
        _check_account(reader, feed, chunk, told)
    return rows.drop("chunk_no"), refused, about


def _accounts(
    chunks: Sequence[RawChunk],
    lines: Lines,
    parsed: Parsed,
    rows: pl.DataFrame,
    refused: pl.DataFrame,
) -> list[dict]:
    """What became of the lines of each chunk, which is kept with the rows."""
    at = pl.col("line_at")
    by_chunk = rows.group_by("chunk_no").agg(pl.len(), first=at.min(), last=at.max())
    loaded = {chunk_no: told for chunk_no, *told in by_chunk.rows()}
    n_refused = Counter(refused["chunk_no"])
    skipped: list[dict[str, int]] = [
        {BLANK_RULE: n} if (n := lines.n_blank[chunk_no]) else {} for chunk_no in range(len(chunks))
    ]
    counts = parsed.skipped.group_by("chunk_no", "rule").len().sort("chunk_no", "rule")
    for chunk_no, rule, n in counts.rows():
        skipped[chunk_no][rule] = skipped[chunk_no].get(rule, 0) + n
    about = []
    for chunk_no in range(len(chunks)):
        n_rows, first_at, last_at = loaded.get(chunk_no, (0, None, None))
        notes = dict(parsed.notes.get(chunk_no, {}))
        if n := lines.n_not_utf8[chunk_no]:
            notes[_NOT_UTF8_NOTE] = n
        about.append(
            {
                "n_read": len(lines.originals[chunk_no]),
                "n_rows": n_rows,
                "n_refused": n_refused[chunk_no],
                "skipped": skipped[chunk_no],
                "notes": notes,
                "first_at": _text(first_at),
                "last_at": _text(last_at),
            }
        )
    return about


def _check_account(reader: Reader, feed: str, chunk: RawChunk, told: Mapping) -> None:
    """See that every line of a chunk was told once.

    Raises:
        AdapterError: the adapter lost lines or told some twice.
    """
    n_read = told["n_read"]
    accounted = told["n_rows"] + told["n_refused"] + sum(told["skipped"].values())
    if n_read != accounted:
        raise AdapterError(
            f"{chunk.path}, lines {chunk.first_line} to {chunk.first_line + n_read - 1}: the "
            f"{feed} reader of {reader.adapter.kind} accounts for {accounted} of {n_read} lines"
        )


def _text(instant: object) -> str | None:
    return instant.isoformat() if isinstance(instant, datetime) else None


def _raw_rows(
    reader: Reader, feed: str, chunks: Sequence[RawChunk], rows: pl.DataFrame
) -> pl.DataFrame:
    """The adapter's rows with the engine's columns, typed as the raw table says, and `chunk_no`.

    Raises:
        AdapterError: a column is missing, has another type, or line_at is null.
    """
    types = reader.adapter.raw_tables[feed]
    if list(types)[: len(STANDARD_COLUMNS)] != list(STANDARD_COLUMNS):
        raise AdapterError(f"raw table {feed} does not begin with the standard columns")
    file_ids = pl.Series([chunk.file_id for chunk in chunks], dtype=pl.String)
    rows = rows.with_columns(
        source=pl.lit(reader.context.source), file_id=file_ids.gather(rows["chunk_no"])
    )
    missing = types.keys() - set(rows.columns)
    if missing:
        raise AdapterError(f"raw table {feed} lacks columns: {', '.join(sorted(missing))}")
    typed = (pl.col(column).cast(DTYPES[kind]) for column, kind in types.items())
    rows = rows.select("chunk_no", *typed)
    if rows["line_at"].null_count():
        raise AdapterError(f"{chunks[0].path} and on: rows of {feed} have no line_at")
    return rows


def _refused(
    reader: Reader, chunks: Sequence[RawChunk], lines: Lines, bad: pl.DataFrame
) -> pl.DataFrame:
    """Lines that nobody reads, and those that the adapter refused, with what may be shown."""
    typed = bad.select(*REFUSED_SCHEMA).cast(dict(REFUSED_SCHEMA))
    refused = pl.concat([lines.refused, typed])
    originals = [
        lines.originals[chunk_no][line_no - chunks[chunk_no].first_line]
        for chunk_no, line_no in refused.select("chunk_no", "line_no").rows()
    ]
    return refused.with_columns(
        masked=pl.Series([mask(line) for line in originals], dtype=pl.String),
        line_hash=pl.Series(reader.context.pseudonyms.line_ids(originals), dtype=pl.String),
    ).sort("chunk_no", "line_no")
