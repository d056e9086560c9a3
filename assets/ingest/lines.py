"""From bytes to numbered lines that an adapter can take apart, and lines that nobody can."""

from dataclasses import dataclass

import polars as pl

from assets.ingest.content import decode
from assets.ingest.pseudonyms import Pseudonyms

MAX_LINE_BYTES = 1024 * 1024
BLANK_RULE = "blank_line"
_BOM = b"\xef\xbb\xbf"
_MASKED_LENGTH = 200

REFUSED_SCHEMA = {"line_no": pl.Int64, "reason": pl.String}
_NUL_REASON = (
    "holds a NUL byte, as a crash while writing leaves them: repair the line by hand and give the "
    "file again under a new name, or let it be"
)
_LONG_REASON = (
    "is longer than 1 MB, which no log line is: see whether a line end is missing in the file"
)


@dataclass(frozen=True)
class Lines:
    """The lines of a chunk."""

    originals: list[bytes]
    """Every line as it stands in the file, without its line end."""
    frame: pl.DataFrame
    """`line_no`, `line_id`, `line`: those an adapter gets."""
    refused: pl.DataFrame
    """`line_no`, `reason`: those it does not get."""
    n_blank: int
    n_not_utf8: int
    """Lines read as cp1252 because they are not UTF-8."""


def count_lines(data: bytes) -> int:
    """How many lines there are in whole lines of a file; the last may lack its end."""
    return data.count(b"\n") + (not data.endswith(b"\n"))


def split_lines(data: bytes, first_line: int, pseudonyms: Pseudonyms) -> Lines:
    r"""Cut a chunk into lines, each with its number and keyed hash.

    Lines end with `\n` or `\r\n`; the last may lack its end.
    """
    if first_line == 1:
        data = data.removeprefix(_BOM)
    # Python's split and hashes beat every set-based way that was tried: 1 and 2 million a second.
    originals = data.split(b"\n")
    if not originals[-1]:
        originals.pop()
    if b"\r" in data:
        originals = [line.removesuffix(b"\r") for line in originals]
    whole = pl.DataFrame(
        {
            "line_no": pl.Series(range(first_line, first_line + len(originals)), dtype=pl.Int64),
            "raw": pl.Series(originals, dtype=pl.Binary),
        }
    )
    whole, n_not_utf8 = _decoded(whole)
    reason = pl.when(pl.col("raw").bin.size() > MAX_LINE_BYTES).then(pl.lit(_LONG_REASON))
    if b"\0" in data:
        reason = reason.when(pl.col("raw").bin.contains(b"\0")).then(pl.lit(_NUL_REASON))
    whole = whole.with_columns(reason=reason.otherwise(None).cast(pl.String))
    refused = whole.filter(pl.col("reason").is_not_null()).select("line_no", "reason")
    is_blank = pl.col("line").str.strip_chars() == ""
    good = whole.filter(pl.col("reason").is_null() & ~is_blank)
    return Lines(
        originals=originals,
        frame=good.select(
            "line_no",
            pl.Series("line_id", pseudonyms.line_ids(good["raw"].to_list()), dtype=pl.String),
            "line",
        ),
        refused=refused,
        n_blank=whole.height - refused.height - good.height,
        n_not_utf8=n_not_utf8,
    )


def _decoded(lines: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Lines with their text, and how many of them are not UTF-8."""
    try:
        return lines.with_columns(line=pl.col("raw").cast(pl.String)), 0
    except pl.exceptions.ComputeError:
        texts, n_others = [], 0
        for raw in lines["raw"]:
            try:
                texts.append(raw.decode())
            except UnicodeDecodeError:
                texts.append(decode(raw))
                n_others += 1
        return lines.with_columns(line=pl.Series(texts, dtype=pl.String)), n_others


def mask(line: bytes) -> str:
    """The shape of a line: each digit 9, each letter x, no more than 200 characters."""
    text = decode(line[: 4 * _MASKED_LENGTH])[:_MASKED_LENGTH]
    return "".join(_masked_character(character) for character in text)


def _masked_character(character: str) -> str:
    if character.isnumeric():
        return "9"
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
