"""Instants in general: local times made UTC, and which are believed."""

from datetime import datetime, timedelta

import polars as pl

EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  naive UTC, as everywhere in staging
LATEST_AHEAD = timedelta(days=1)
_US = pl.Datetime("us")


def local_to_utc(local: pl.Series, near: pl.Series, offsets: pl.DataFrame) -> pl.Series:
    """UTC instants of local times.

    Args:
        local: naive local times, nulls allowed.
        near: for each a UTC instant near which it lies, or null: decides in the hour that comes
            twice, where the earlier one is taken otherwise.
        offsets: the spans of one zone, as `calendar.zone_offsets` gives them.

    Returns:
        Naive UTC; null where the local time does not exist on that day.
    """
    frame = pl.DataFrame({"near": near.cast(_US)})
    candidates = []
    starts = offsets["from_utc"].cast(pl.Int64)
    spans = offsets["offset_s"]
    for place, offset in enumerate(sorted(spans.unique().to_list(), reverse=True)):
        at = local.cast(_US) - timedelta(seconds=offset)
        span = starts.search_sorted(at.cast(pl.Int64).fill_null(0), side="right").cast(pl.Int64) - 1
        fits = spans.gather(span.clip(0)) == offset
        frame = frame.with_columns(at.set(~fits, None).alias(f"at_{place}"))
        candidates.append(f"at_{place}")
    # Larger offsets come first, so that the earlier instant wins where nothing tells.
    best = pl.lit(None, dtype=_US)
    for name in candidates:
        closer = (pl.col(name) - pl.col("near")).abs() < (best - pl.col("near")).abs()
        best = pl.when(best.is_null() | closer.fill_null(False)).then(pl.col(name)).otherwise(best)
    return frame.select(best.alias("at")).to_series()


def is_sane(column: str, now: datetime) -> pl.Expr:
    """Whether instants are from 2000 on and at most a day after the instant of the run."""
    return pl.col(column).is_between(EARLIEST, now + LATEST_AHEAD)
