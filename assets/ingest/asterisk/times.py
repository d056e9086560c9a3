"""Instants of log lines: epoch seconds, or local text read in the source's zone."""

import polars as pl

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
