"""Instants of log lines: epoch seconds, or local text read in the source's zone."""

from datetime import datetime, timedelta

import polars as pl

EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  naive UTC, as everywhere in staging
LATEST_AHEAD = timedelta(days=1)
_US = pl.Datetime("us")
_EPOCH = r"^\s*([0-9]{1,11})(?:\.([0-9]{1,9}))?\s*$"
_TEXT = r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?\s*$"
UNIQUEID = r"(?:^|[^0-9])([0-9]{9,11})\.[0-9]+$"
"""A channel's unique id, such as 1795289919.11 or pbx1-1795289919.11: its epoch is group 1."""


def epoch_instant(column: str) -> pl.Expr:
    """UTC instants of texts such as 1795289919 or 1795289919.123456; null for other texts."""
    seconds = pl.col(column).str.extract(_EPOCH, 1).cast(pl.Int64)
    fraction = pl.col(column).str.extract(_EPOCH, 2).fill_null("").str.pad_end(6, "0")
    micros = fraction.str.slice(0, 6).cast(pl.Int64)
    return (seconds * 1_000_000 + micros).cast(_US)


def text_instant(column: str) -> pl.Expr:
    """Local times (naive) of texts such as 2026-11-21 19:38:27.5; null for other texts."""
    day, clock = (pl.col(column).str.extract(_TEXT, n) for n in (1, 2))
    micros = (
        pl.col(column).str.extract(_TEXT, 3).fill_null(".").str.slice(1, 6).str.pad_end(6, "0")
    ).cast(pl.Int64)
    whole = pl.concat_str(day, clock, separator=" ").str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"
    )
    return whole + pl.duration(microseconds=micros)


def uniqueid_instant(column: str) -> pl.Expr:
    """The UTC second at which the channel of a unique id began; null for other texts."""
    return (pl.col(column).str.extract(UNIQUEID, 1).cast(pl.Int64) * 1_000_000).cast(_US)


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
