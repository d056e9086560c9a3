"""From bytes to numbered lines that an adapter can take apart, and lines that nobody can."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import polars as pl

from assets.ingest.adapter import CHUNK_NO
from assets.ingest.content import decode
from assets.ingest.pseudonyms import Pseudonyms

MAX_LINE_BYTES = 1024 * 1024
BLANK_RULE = "blank_line"
_BOM = b"\xef\xbb\xbf"
_MASKED_LENGTH = 200

REFUSED_SCHEMA = {"chunk_no": CHUNK_NO, "line_no": pl.Int64, "reason": pl.String}
_NUL_REASON = (
    "holds a NUL byte, as a crash while writing leaves them: repair the line by hand and give the "
    "file again under a new name, or let it be"
)
_LONG_REASON = (
    "is longer than 1 MB, which no log line is: see whether a line end is missing in the file"
)


@dataclass(frozen=True)
class Lines:
    """The lines of several chunks, each known by its number."""

    originals: list[list[bytes]]
    """Of each chunk every line as it stands in the file, without its line end."""
    frame: pl.DataFrame
    """`chunk_no`, `line_no`, `line_id`, `line`: those an adapter gets."""
    refused: pl.DataFrame
    """`chunk_no`, `line_no`, `reason`: those it does not get."""
    n_blank: Counter[int]
    n_not_utf8: Counter[int]
    """Lines read as cp1252 because they are not UTF-8."""


def count_lines(data: bytes) -> int:
    """How many lines there are in whole lines of a file; the last may lack its end."""
    return data.count(b"\n") + (not data.endswith(b"\n"))


def split_lines(chunks: Sequence[tuple[bytes, int]], pseudonyms: Pseudonyms) -> Lines:
    r"""Cut chunks into lines, each with its number and keyed hash.

    Lines end with `\n` or `\r\n`; the last may lack its end.

    Args:
        chunks: bytes of each, and the number of its first line in its file.
        pseudonyms: make the hashes.
    """
    originals = [_cut(data, first_line) for data, first_line in chunks]
    whole = _numbered(originals, [first_line for _, first_line in chunks], pseudonyms)
    whole, n_not_utf8 = _decoded(whole)
    reason = pl.when(pl.col("raw").bin.size() > MAX_LINE_BYTES).then(pl.lit(_LONG_REASON))
    if any(b"\0" in data for data, _ in chunks):
        reason = reason.when(pl.col("raw").bin.contains(b"\0")).then(pl.lit(_NUL_REASON))
    whole = whole.with_columns(
        reason=reason.otherwise(None).cast(pl.String),
        is_blank=pl.col("line").str.strip_chars() == "",
    )
    is_whole = pl.col("reason").is_null()
    return Lines(
        originals=originals,
        frame=whole.filter(is_whole & ~pl.col("is_blank")).select(
            "chunk_no", "line_no", "line_id", "line"
        ),
        refused=whole.filter(~is_whole).select(*REFUSED_SCHEMA),
        n_blank=Counter(whole.filter(is_whole & pl.col("is_blank"))["chunk_no"]),
        n_not_utf8=n_not_utf8,
    )


def _cut(data: bytes, first_line: int) -> list[bytes]:
    if first_line == 1:
        data = data.removeprefix(_BOM)
    # Python's split and hashes beat every set-based way that was tried: 1 and 2 million a second.
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines] if b"\r" in data else lines


def _numbered(
    originals: Sequence[Sequence[bytes]], first_lines: Sequence[int], pseudonyms: Pseudonyms
) -> pl.DataFrame:
    """`chunk_no`, `line_no`, `line_id`, `raw` of every line."""
    lines = list(chain.from_iterable(originals))
    heights = [len(of_chunk) for of_chunk in originals]
    chunks = pl.DataFrame({"chunk_no": range(len(heights)), "n": heights}).filter(pl.col("n") > 0)
    chunk_no = chunks.select(pl.col("chunk_no").cast(CHUNK_NO).repeat_by("n").explode()).to_series()
    before = accumulate(heights, initial=0)
    shifts = [first - n for first, n in zip(first_lines, before, strict=False)]
    line_no = pl.int_range(len(lines), eager=True) + pl.Series(shifts, dtype=pl.Int64).gather(
        chunk_no
    )
    return pl.DataFrame(
        {
            "chunk_no": chunk_no,
            "line_no": line_no,
            "line_id": pl.Series(pseudonyms.line_ids(lines), dtype=pl.String),
            "raw": pl.Series(lines, dtype=pl.Binary),
        }
    )


def _decoded(lines: pl.DataFrame) -> tuple[pl.DataFrame, Counter[int]]:
    """Lines with their text, and how many of each chunk are not UTF-8."""
    try:
        return lines.with_columns(line=pl.col("raw").cast(pl.String)), Counter()
    except pl.exceptions.ComputeError:
        texts, n_others = [], Counter[int]()
        for chunk_no, raw in lines.select("chunk_no", "raw").rows():
            try:
                texts.append(raw.decode())
            except UnicodeDecodeError:
                texts.append(decode(raw))
                n_others[chunk_no] += 1
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
