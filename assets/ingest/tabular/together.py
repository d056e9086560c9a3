"""Chunks of many files through one mapping at once: planning its SQL costs more than a small file.

Only files with one header go together: a column that one of them lacks is missing in all.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePath

import polars as pl

from assets.ingest.adapter import Chunk, ParseContext, Parsed
from assets.ingest.tabular.fields import CHUNK_NO, take_apart
from assets.ingest.tabular.mapping import Mapping
from assets.ingest.tabular.parsing import Told, ValueFaultError, parse_fields


def parse_together(
    chunks: Sequence[Chunk],
    headers: Sequence[Sequence[str]],
    mapping: Mapping,
    context: ParseContext,
    *,
    name: str,
) -> list[Parsed]:
    """Raw rows of chunks.

    Args:
        chunks: of files of one mapping.
        headers: names of the fields of each.
        mapping: what they mean.
        context: zone, key and clock.
        name: of the mapping, for messages.

    Returns:
        What became of each chunk.

    Raises:
        MappingError: the mapping's SQL is no SQL, or stops at a value.
    """
    places = defaultdict(list)
    for place, header in enumerate(headers):
        places[tuple(header)].append(place)
    found: dict[int, Parsed] = {}
    for header, those in places.items():
        parsed = _of_one_header([chunks[n] for n in those], list(header), mapping, context, name)
        found |= dict(zip(those, parsed, strict=True))
    return [found[place] for place in range(len(chunks))]


def _of_one_header(
    chunks: list[Chunk], header: list[str], mapping: Mapping, context: ParseContext, name: str
) -> list[Parsed]:
    fields = take_apart(_joined(chunks), mapping, header)
    file_names = pl.Series([PurePath(chunk.path).name for chunk in chunks], dtype=pl.String)
    try:
        told = parse_fields(fields, mapping, context, file_names=file_names, name=name)
    except ValueFaultError:
        if len(chunks) == 1:
            raise
        # The fault is to name the file.
        return [_of_one_header([one], header, mapping, context, name)[0] for one in chunks]
    return _parted(told, len(chunks))


def _joined(chunks: list[Chunk]) -> pl.DataFrame:
    return pl.concat(
        chunk.lines.select(pl.lit(place, dtype=CHUNK_NO).alias("chunk_no"), pl.all())
        for place, chunk in enumerate(chunks)
    )


def _parted(told: Told, n_chunks: int) -> list[Parsed]:
    """What was told of chunks together, of each."""
    rows, bad = _by_chunk(told.rows, n_chunks), _by_chunk(told.bad, n_chunks)
    skipped: list[dict[str, int]] = [{} for _ in range(n_chunks)]
    counts = told.skipped.group_by("chunk_no", "rule").len()
    for place, rule, n in counts.rows():
        skipped[place][rule] = n
    return [Parsed(*of_chunk) for of_chunk in zip(rows, bad, skipped, strict=True)]


def _by_chunk(frame: pl.DataFrame, n_chunks: int) -> list[pl.DataFrame]:
    parts = frame.partition_by("chunk_no", as_dict=True, include_key=False, maintain_order=True)
    nothing = frame.drop("chunk_no").clear()
    return [parts.get((place,), nothing) for place in range(n_chunks)]
