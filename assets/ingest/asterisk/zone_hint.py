"""Whether local times were read in the right zone: unique ids hold the true second."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from assets.ingest.adapter import ParseContext

_TOLERANCE = timedelta(minutes=10)
_QUARTER = 15 * 60
_LIKELY = ("Europe/", "America/", "Asia/", "Australia/", "Africa/", "Pacific/", "Atlantic/")
_FEWEST = 3


def zone_notes(records: pl.DataFrame, context: ParseContext) -> dict[int, dict[str, int]]:
    """A note on each chunk most of whose records begin over ten minutes off their id's second.

    Args:
        records: `chunk_no`, `at` (UTC as read) and `near` (UTC of the unique id, or null).
        context: names the source and its zone.
    """
    known = records.filter(pl.col("near").is_not_null())
    # A channel may live for hours before its later records: only the first tells.
    first = known.group_by("chunk_no", "near").agg(off=pl.col("at").min() - pl.col("near").first())
    wrong = pl.col("off").filter(pl.col("off").abs() > _TOLERANCE)
    by_chunk = first.group_by("chunk_no").agg(
        n=pl.len(),
        n_wrong=wrong.len(),
        typical_s=wrong.dt.total_seconds().median(),
        at=pl.col("near").max(),
    )
    is_off = (pl.col("n") >= _FEWEST) & (pl.col("n_wrong") * 2 > pl.col("n"))
    return {
        row["chunk_no"]: {
            _note(context, round(row["typical_s"] / _QUARTER) * _QUARTER, row["at"]): row["n_wrong"]
        }
        for row in by_chunk.filter(is_off).rows(named=True)
    }


def _note(context: ParseContext, shift_s: int, at: datetime) -> str:
    def offset(zone: str) -> int:
        delta = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
        return int(delta.total_seconds()) if delta else 0

    true_offset = offset(context.zone) + shift_s
    if true_offset == 0:
        remedy = "set the option cdr_utc = true, or timezone = 'Etc/UTC' if all its logs are UTC"
    else:
        fits = [z for z in sorted(available_timezones()) if offset(z) == true_offset]
        names = [z for z in fits if z.startswith(_LIKELY)][:_FEWEST] or fits[:_FEWEST]
        remedy = f"set its timezone, for example to {' or '.join(names) or 'the right zone'}"
    sign = "-" if true_offset < 0 else "+"
    hours, minutes = divmod(abs(true_offset) // 60, 60)
    return (
        f"call records read as {context.zone} begin {shift_s // 60:+d} minutes off their unique "
        f"ids: they look like UTC{sign}{hours:02d}:{minutes:02d}; {remedy}"
    )
