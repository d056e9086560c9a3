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
    """`line_no`, `reason`."""


def split_lines(lines: pl.DataFrame, counts: frozenset[int], expected: str) -> Fields:
    """Split lines, refusing those with an open quote or a number of fields not in `counts`."""
    texts = lines["line"].str.strip_prefix("\ufeff").str.strip_chars_end("\r\n").to_list()
    rows: list[list[str]] = []
    is_good: list[bool] = []
    bad: list[tuple[int, str]] = []
    for line_no, row in zip(lines["line_no"], _records(texts), strict=True):
        is_good.append(row is not None and len(row) in counts)
        if row is not None and is_good[-1]:
            rows.append(row)
        else:
            reason = UNTERMINATED if row is None else f"{len(row)} columns and not {expected}"
            bad.append((line_no, reason))
    return Fields(
        rows=rows,
        good=lines.filter(pl.Series(is_good, dtype=pl.Boolean)),
        bad=pl.DataFrame(bad, schema={"line_no": pl.Int64, "reason": pl.String}, orient="row"),
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
