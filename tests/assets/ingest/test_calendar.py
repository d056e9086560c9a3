"""Local time as zoneinfo has it, both changes of the clock included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.ingest.calendar import calendar_intervals, local_day, local_midnight, zone_offsets

ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/UTC"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2015, 1, 1), datetime(2030, 12, 31)))  # noqa: DTZ001
def test_offsets_are_those_of_zoneinfo(zone: str, at: datetime) -> None:
    offsets = zone_offsets([zone], 2015, 2030)
    (offset,) = offsets.filter((pl.col("from_utc") <= at) & (pl.col("to_utc") > at))["offset_s"]
    aware = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert timedelta(seconds=offset) == aware.utcoffset()


def test_spans_of_a_zone_meet() -> None:
    offsets = zone_offsets(["Europe/Berlin", "Europe/Berlin", "Etc/UTC"], 2026, 2026)
    berlin = offsets.filter(zone="Europe/Berlin")
    assert berlin["offset_s"].to_list() == [3600, 7200, 3600]
    assert berlin["to_utc"].to_list()[:-1] == berlin["from_utc"].to_list()[1:]
    assert offsets.filter(zone="Etc/UTC").height == 1


def test_the_day_with_an_hour_twice() -> None:
    quarters = calendar_intervals(["Europe/Berlin"], date(2026, 10, 25), date(2026, 10, 25))
    assert quarters.height == 100
    repeated = quarters.filter("is_repeated")
    assert repeated["local_time"].to_list() == ["02:00", "02:15", "02:30", "02:45"]
    assert repeated["utc_offset_s"].unique().to_list() == [3600]
    assert quarters["interval_start"][0] == datetime(2026, 10, 24, 22)  # noqa: DTZ001


def test_the_day_that_lacks_an_hour() -> None:
    quarters = calendar_intervals(["Europe/Berlin"], date(2026, 3, 29), date(2026, 3, 29))
    assert quarters.height == 92
    assert not quarters["is_repeated"].any()
    assert not quarters.filter(pl.col("local_time").str.starts_with("02:")).height


def test_a_zone_that_shifts_by_half_an_hour() -> None:
    quarters = calendar_intervals(["Australia/Lord_Howe"], date(2026, 4, 5), date(2026, 4, 5))
    assert quarters.filter("is_repeated")["local_time"].to_list() == ["01:30", "01:45"]


def test_every_instant_of_the_days_is_there_once() -> None:
    first, last = date(2025, 12, 30), date(2026, 12, 31)
    quarters = calendar_intervals(ZONES, first, last)
    assert quarters.group_by("zone", "interval_start").len()["len"].max() == 1
    for zone, frame in quarters.group_by("zone"):
        starts = frame["interval_start"].sort()
        assert set(starts.diff().drop_nulls()) == {timedelta(minutes=15)}
        assert frame["local_date"].min() == first
        assert frame["local_date"].max() == last
        assert starts[0] == local_midnight(str(zone[0]), first)
    assert calendar_intervals([], first, last).columns == quarters.columns


@pytest.mark.parametrize(
    ("zone", "day", "midnight"),
    [
        ("Europe/Berlin", date(2026, 7, 1), datetime(2026, 6, 30, 22)),  # noqa: DTZ001
        # Clocks went from 24:00 to 01:00: the day began at 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3)),  # noqa: DTZ001
        # Clocks went from 24:00 back to 23:00: midnight is the second one.
        ("America/Sao_Paulo", date(2018, 2, 18), datetime(2018, 2, 18, 3)),  # noqa: DTZ001
        # Clocks went from 01:00 back to 00:00: midnight comes twice.
        ("Atlantic/Azores", date(2026, 10, 25), datetime(2026, 10, 25, 0)),  # noqa: DTZ001
    ],
)
def test_local_midnight(zone: str, day: date, midnight: datetime) -> None:
    assert local_midnight(zone, day) == midnight
    assert local_day(zone, midnight) == day
    assert local_day(zone, midnight - timedelta(seconds=1)) == day - timedelta(days=1)
