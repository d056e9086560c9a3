"""Lines of a text file taken apart into named fields; those that cannot be are said to be bad."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.ingest.adapter import CHUNK_NO
from assets.ingest.content import Opener, decode, open_unpacked
from assets.ingest.tabular.mapping import Mapping
from assets.ingest.tabular.records import fields_of, is_by_record
from pipelines.errors import ExpectedError

UNCLOSED = (
    "a quoted text is not closed on its line: if texts go over several lines, say "
    "`multiline: true` in the mapping; else the line was cut"
)
_NO_JSON = "is no JSON object"
HEADER_RULE = "header"


class HeaderError(ExpectedError):
    """A file has no header that the mapping can read."""


@dataclass(frozen=True)
class Fields:
    """Lines taken apart."""

    rows: pl.DataFrame
    """`chunk_no`, `line_no`, `line_id` and a column of text for each field of the file."""
    bad: pl.DataFrame
    """`chunk_no`, `line_no`, `reason`."""
    header: pl.DataFrame
    """`chunk_no`, `line_no` of the lines that are header."""


def first_lines(path: Path, n_lines: int, opener: Opener = open_unpacked) -> list[str]:
    """The first lines of a file, without line ends.

    Raises:
        UnreadableError: it cannot be read.
    """
    with opener(path) as (content, _, _):
        lines = [content.readline(1_000_000) for _ in range(n_lines)]
    return [decode(line).rstrip("\r\n") for line in lines if line]


def header_of(path: Path, mapping: Mapping, opener: Opener = open_unpacked) -> list[str]:
    """Names of a file's fields in order, each once.

    Raises:
        HeaderError: the header line is not there.
        UnreadableError: the file cannot be read.
    """
    if mapping.format == "jsonl":
        return []
    if isinstance(mapping.header, tuple):
        return list(mapping.header)
    lines = first_lines(path, mapping.skip_lines + 1, opener)
    if len(lines) <= mapping.skip_lines:
        raise HeaderError(
            f"{path.name}: has no line {mapping.skip_lines + 1}, where its header should be: "
            "see skip_lines of the mapping"
        )
    if not mapping.header:
        return [f"column_{n}" for n in range(1, len(_split(lines[-1], mapping)) + 1)]
    return _each_once(_split(lines[-1], mapping))


def _split(line: str, mapping: Mapping) -> list[str]:
    if is_by_record(mapping):
        return [text or "" for text in fields_of(line)] if line else []
    reader = csv.reader(
        io.StringIO(line),
        delimiter=mapping.delimiter,
        quotechar=mapping.quote or None,
        quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
    )
    return next(reader, [])


def _each_once(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for place, raw in enumerate(names, 1):
        name = raw.strip().lstrip("\ufeff") or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def n_header_lines(mapping: Mapping) -> int:
    """How many lines at the start of a file hold no row."""
    has_names = mapping.header is True and mapping.format != "jsonl"
    return mapping.skip_lines + has_names + mapping.skip_after_header


def take_apart(lines: pl.DataFrame, mapping: Mapping, header: list[str]) -> Fields:
    """Fields of lines of files with one header, all as text, blanks around taken away.

    Args:
        lines: `chunk_no`, `line_no`, `line_id`, `line`.
        mapping: of the files.
        header: their fields' names.
    """
    is_header = pl.col("line_no") <= n_header_lines(mapping)
    body = lines.filter(~is_header)
    read = _json if mapping.format == "jsonl" else _records if is_by_record(mapping) else _csv
    rows, bad = read(body, mapping, header)
    stripped = rows.with_columns(
        pl.col(name).str.strip_chars() for name in rows.columns if name not in _OURS
    )
    return Fields(stripped, bad, lines.filter(is_header).select("chunk_no", "line_no"))


_OURS = ("chunk_no", "line_no", "line_id")


def _csv(
    body: pl.DataFrame, mapping: Mapping, header: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    quote, n = mapping.quote, len(header)
    # Where nothing is quoted delimiters can be counted; else the reader has to be trusted.
    plain = pl.lit(True)
    unclosed = pl.lit(False)
    if quote:
        n_quotes = pl.col("line").str.count_matches(quote, literal=True)
        plain, unclosed = n_quotes == 0, n_quotes % 2 == 1
    n_fields = pl.col("line").str.count_matches(mapping.delimiter, literal=True) + 1
    counted = pl.format("has {} fields, the header {}", n_fields, pl.lit(n))
    judged = body.with_columns(
        reason=pl.when(unclosed)
        .then(pl.lit(UNCLOSED))
        .when(plain & (n_fields != n))
        .then(pl.format("{}: was the line cut, or is the delimiter another?", counted))
    )
    bad = judged.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    good = judged.filter(pl.col("reason").is_null())
    if good.is_empty():
        return _empty(header), bad
    text = "\n".join(good["line"].to_list()) + "\n"
    frame = pl.read_csv(
        text.encode(),
        has_header=False,
        new_columns=header,
        schema={f"column_{place}": pl.String for place in range(1, n + 1)},
        separator=mapping.delimiter,
        quote_char=quote or None,
        truncate_ragged_lines=True,
    )
    frame.columns = header
    return good.select(_OURS).hstack(frame), bad


def _records(
    body: pl.DataFrame, mapping: Mapping, header: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    del mapping
    records = [fields_of(line) for line in body["line"]]
    n = len(header)
    # Sheets leave out empty cells at the end of a row.
    faults = [
        f"has {len(record)} fields, the header {n}" if len(record) > n else None
        for record in records
    ]
    judged = body.with_columns(reason=pl.Series(faults, dtype=pl.String))
    bad = judged.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    whole = [
        [*record, *[None] * (n - len(record))]
        for record, fault in zip(records, faults, strict=True)
        if fault is None
    ]
    frame = pl.DataFrame(whole, schema=dict.fromkeys(header, pl.String), orient="row")
    return judged.filter(pl.col("reason").is_null()).select(_OURS).hstack(frame), bad


def _json(
    body: pl.DataFrame, mapping: Mapping, header: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    records: list[dict[str, str | None]] = []
    faults: list[str | None] = []
    for line in body["line"]:
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        is_object = isinstance(found, dict)
        faults.append(None if is_object else _NO_JSON)
        if isinstance(found, dict):
            records.append(dict(_flat(found, "")))
    judged = body.with_columns(reason=pl.Series(faults, dtype=pl.String))
    good = judged.filter(pl.col("reason").is_null()).select(_OURS)
    bad = judged.filter(pl.col("reason").is_not_null()).select("chunk_no", "line_no", "reason")
    names = sorted({name for record in records for name in record} | set(header))
    frame = pl.DataFrame(
        {n: pl.Series([r.get(n) for r in records], dtype=pl.String) for n in names}
    )
    return good.hstack(frame) if names else good, bad


def _flat(value: dict, prefix: str):  # noqa: ANN202  pairs of path and text
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict):
            yield from _flat(inner, f"{path}.")
        elif inner is None or isinstance(inner, str):
            yield path, inner
        else:
            yield path, json.dumps(inner)


def _empty(header: list[str]) -> pl.DataFrame:
    ours = {"chunk_no": CHUNK_NO, "line_no": pl.Int64, "line_id": pl.String}
    return pl.DataFrame(schema={**ours, **dict.fromkeys(header, pl.String)})
