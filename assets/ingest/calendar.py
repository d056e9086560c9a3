"""Local time, from the time-zone database: offsets of zones and quarter hours of days.

Resolved once, here, so that no SQL model converts a time zone.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

_DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    """Local time minus UTC in seconds, at a UTC instant without zone."""
    delta = at.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert delta is not None, zone  # noqa: S101  an aware instant has an offset
    return int(delta.total_seconds())


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second between two instants at which the offset changes."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


@lru_cache(maxsize=64)
def _spans(name: str, from_year: int, to_year: int) -> list[tuple[datetime, datetime, int]]:
    zone = ZoneInfo(name)
    start, end = datetime(from_year, 1, 1) - _DAY, datetime(to_year + 1, 1, 1) + _DAY  # noqa: DTZ001
    spans = []
    since, at, offset = start, start, _offset(zone, start)
    while at < end:
        after = at + _DAY
        if _offset(zone, after) != offset:
            change = _change(zone, at, after)
            spans.append((since, change, offset))
            since, offset = change, _offset(zone, change)
        at = after
    spans.append((since, end, offset))
    return spans


def zone_offsets(zones: list[str], from_year: int, to_year: int) -> pl.DataFrame:
    """Offsets of zones over whole years, with a day more on both sides.

    Returns:
        `zone` String, `from_utc`, `to_utc` Datetime (us, naive UTC, half-open) and `offset_s`
        Int32 (local time minus UTC), ordered by zone and time.
    """
    rows = [(z, *span) for z in sorted(set(zones)) for span in _spans(z, from_year, to_year)]
    return pl.DataFrame(
        rows,
        schema={
            "zone": pl.String,
            "from_utc": pl.Datetime("us"),
            "to_utc": pl.Datetime("us"),
            "offset_s": pl.Int32,
        },
        orient="row",
    )


def local_midnight(zone: str, day: date) -> datetime:
    """The instant (naive UTC) at which a local day begins.

    Where clocks go forward over midnight it is the change; where midnight comes twice, the first.
    """
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    spans = _spans(zone, day.year - 1, day.year + 1)
    for since, until, offset in spans:
        at = naive - timedelta(seconds=offset)
        if at < until:
            return max(at, since)
    raise AssertionError(day)


def local_day(zone: str, at: datetime) -> date:
    """The local day of an instant (naive UTC)."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def midnights_after(zone: str, at: datetime, until: datetime) -> list[datetime]:
    """Local midnights (naive UTC) of the days after that of an instant, up to and with another."""
    day, found = local_day(zone, at), []
    while (night := local_midnight(zone, day + timedelta(days=len(found) + 1))) <= until:
        found.append(night)
    return found


def calendar_intervals(zones: list[str], first: date, last: date) -> pl.DataFrame:
    """Every quarter hour of local days, for `ops.calendar_interval`.

    Args:
        zones: IANA names.
        first: first local day.
        last: last local day, included.

    Returns:
        `zone`, `interval_start` (naive UTC), `local_date`, `local_time` (HH:MM), `utc_offset_s`,
        `is_repeated` (the second pass of an hour that comes twice), ordered by zone and start.
    """
    frames = [_zone_intervals(zone, first, last) for zone in sorted(set(zones))]
    return pl.concat(frames) if frames else _zone_intervals("Etc/UTC", first, last).clear()


def _zone_intervals(zone: str, first: date, last: date) -> pl.DataFrame:
    offsets = zone_offsets([zone], first.year, last.year).with_columns(
        before_s=pl.col("offset_s").shift().fill_null(pl.col("offset_s"))
    )
    start = datetime(first.year, first.month, first.day) - _DAY  # noqa: DTZ001
    end = datetime(last.year, last.month, last.day) + 2 * _DAY  # noqa: DTZ001
    quarters = pl.datetime_range(start, end, QUARTER, closed="left", time_unit="us", eager=True)
    local = pl.col("interval_start") + pl.duration(seconds="offset_s")
    fell_back = pl.duration(seconds=pl.col("before_s") - pl.col("offset_s"))
    return (
        quarters.alias("interval_start")
        .to_frame()
        .join_asof(offsets, left_on="interval_start", right_on="from_utc")
        .select(
            "zone",
            "interval_start",
            local_date=local.dt.date(),
            local_time=local.dt.strftime("%H:%M"),
            utc_offset_s="offset_s",
            is_repeated=pl.col("interval_start") < pl.col("from_utc") + fell_back,
        )
        .filter(pl.col("local_date").is_between(first, last))
    )
