"""Chunks of many files through one mapping at once: planning its SQL costs more than a small file.

Only files with one header go together: a column that one of them lacks is missing in all.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import polars as pl

from assets.ingest.adapter import Chunks, ParseContext, Parsed
from assets.ingest.tabular.fields import take_apart
from assets.ingest.tabular.mapping import Mapping
from assets.ingest.tabular.parsing import ValueFaultError, parse_fields


def parse_together(
    chunks: Chunks,
    headers: Sequence[Sequence[str]],
    mapping: Mapping,
    context: ParseContext,
    *,
    name: str,
) -> Parsed:
    """Raw rows of chunks.

    Args:
        chunks: of files of one mapping.
        headers: names of the fields of each.
        mapping: what they mean.
        context: zone, key and clock.
        name: of the mapping, for messages.

    Raises:
        MappingError: the mapping's SQL is no SQL, or stops at a value.
    """
    file_names = pl.Series([PurePath(path).name for path in chunks.paths], dtype=pl.String)

    def parse(lines: pl.DataFrame, header: Sequence[str]) -> Parsed:
        fields = take_apart(lines, mapping, list(header))
        try:
            return parse_fields(fields, mapping, context, file_names=file_names, name=name)
        except ValueFaultError:
            each = lines.partition_by("chunk_no", maintain_order=True)
            if len(each) == 1:
                raise
            # The fault is to name the file.
            return _joined(parse(of_chunk, header) for of_chunk in each)

    by_header = defaultdict(list)
    for chunk_no, header in enumerate(headers):
        by_header[tuple(header)].append(chunk_no)
    if len(by_header) == 1:
        return parse(chunks.lines, headers[0])
    return _joined(
        parse(chunks.lines.filter(pl.col("chunk_no").is_in(those)), header)
        for header, those in by_header.items()
    )


def _joined(found: Iterable[Parsed]) -> Parsed:
    parts = list(found)
    # Of lines that give no row, columns may have no type.
    rows = [part.rows for part in parts if part.rows.height] or [parts[0].rows]
    return Parsed(
        pl.concat(rows, how="vertical_relaxed").sort("chunk_no", maintain_order=True),
        pl.concat(part.bad for part in parts),
        pl.concat(part.skipped for part in parts),
    )
