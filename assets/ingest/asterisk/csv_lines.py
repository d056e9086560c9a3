"""Lines of comma-separated values to rows of texts, each line for itself."""

import csv
from dataclasses import dataclass

import polars as pl

UNTERMINATED = "a quote is not closed: the record was cut when it was written or copied"


@dataclass(frozen=True)
class Fields:
    """The fields of each line, or what is wrong with it."""

    rows: list[list[str]]
    """One list for each good line, in order."""
    good: pl.DataFrame
    """The good lines, in order."""
    bad: pl.DataFrame
    """`chunk_no`, `line_no`, `reason`."""


def split_lines(lines: pl.DataFrame, counts: frozenset[int], expected: str) -> Fields:
    """Split lines, refusing those with an open quote or a number of fields not in `counts`."""
    texts = lines["line"].str.strip_prefix("\ufeff").str.strip_chars_end("\r\n").to_list()
    rows: list[list[str]] = []
    reasons: list[str | None] = []
    for row in _records(texts):
        if row is not None and len(row) in counts:
            rows.append(row)
            reasons.append(None)
        else:
            reasons.append(
                UNTERMINATED if row is None else f"{len(row)} columns and not {expected}"
            )
    judged = lines.with_columns(reason=pl.Series(reasons, dtype=pl.String))
    is_good = pl.col("reason").is_null()
    return Fields(
        rows=rows,
        good=judged.filter(is_good).drop("reason"),
        bad=judged.filter(~is_good).select("chunk_no", "line_no", "reason"),
    )


def _records(texts: list[str]) -> list[list[str] | None]:
    # One reader for all lines is several times faster than one for each. It is right unless a
    # quote stays open over the end of a line: then there are fewer records than lines.
    try:
        together = list(csv.reader(texts, strict=True))
    except csv.Error:
        together = []
    if len(together) == len(texts):
        return list(together)
    return [_record(text) for text in texts]


def _record(text: str) -> list[str] | None:
    try:
        records = list(csv.reader([text], strict=True))
    except csv.Error:
        return None
    return records[0] if records else []
