"""Late feeds, unread files, odd volumes."""

from datetime import date, datetime

import duckdb
import pytest

from pipelines.sql_models import Window, install_macros, load_models
from pipelines.storage.ops import create_ops
from quality_checks.freshness import freshness_checks, run_freshness

NOW = datetime(2026, 3, 2, 12)  # noqa: DTZ001  instants are naive UTC everywhere


@pytest.fixture
def con():
    with duckdb.connect() as con:
        create_ops(con)
        con.execute("create schema core")
        con.execute("create schema marts")
        con.execute(
            """
            create table core.dim_date as
            select d::date as local_date, isodow(d) as iso_day_of_week
            from range(date '2026-01-01', date '2026-04-01', interval 1 day) as t(d)
            """
        )
        con.execute("create table core.fact_contact (source varchar, local_date date)")
        # Ten weeks from a Monday on: 100 visits a day, none on Sundays.
        con.execute(
            """
            create table core.fact_queue_visit as
            select 'pbx' as source, d::date as local_date
            from range(date '2026-01-05', date '2026-03-16', interval 1 day) as t(d),
                range(100) as n(i)
            where isodow(d) < 7
            """
        )
        install_macros(con)
        (volume,) = (m for m in load_models() if m.relation == "marts.volume_day")
        con.execute(f"create view marts.volume_day as {volume.sql}")
        yield con


def run(con, window=None):
    return {
        (r.relation, r.name): r for r in run_freshness(con, freshness_checks(), window, now=NOW)
    }


def test_all_is_well(con):
    con.execute(
        "insert into ops.feed_watermark values ('pbx', 'queue_log', ?, 26, true, true, false)",
        [NOW],
    )
    assert all(r.is_passed for r in run(con).values())


def test_all_are_warnings(con):
    assert {check.severity for check in freshness_checks()} == {"warning"}


def test_a_late_feed_is_told(con):
    con.execute(
        "insert into ops.feed_watermark "
        "values ('pbx', 'queue_log', '2026-03-01 09:59', 26, true, true, false)"
    )
    late = run(con)["ops.load_file", "feeds_are_in_time"]
    assert not late.is_passed
    assert "feed queue_log" in late.detail
    con.execute("update ops.feed_watermark set is_retired = true")
    assert run(con)["ops.load_file", "feeds_are_in_time"].is_passed
    con.execute("update ops.feed_watermark set is_retired = false, late_after_hours = 26.1")
    assert run(con)["ops.load_file", "feeds_are_in_time"].is_passed


def test_a_feed_without_a_line_is_told(con):
    con.execute(
        "insert into ops.feed_watermark values ('pbx', 'cdr', null, 26, false, true, false)"
    )
    results = run(con)
    assert results["ops.load_file", "feeds_are_in_time"].is_passed
    assert not results["ops.load_file", "feeds_have_data"].is_passed


def test_an_unread_file_is_told(con):
    con.execute(
        "insert into ops.load_file (source, path, status) values ('pbx', 'x.log', 'unread')"
    )
    assert "path x.log" in run(con)["ops.load_file", "files_are_read"].detail


def volume(con, day: str, n: int):
    con.execute("delete from core.fact_queue_visit where local_date = ?::date", [day])
    con.execute(
        "insert into core.fact_queue_visit select 'pbx', ?::date from range(?) as t(i)", [day, n]
    )
    return run(con)["marts.volume_day", "volume_is_usual"]


@pytest.mark.parametrize(("n", "is_usual"), [(0, False), (40, False), (80, True), (160, False)])
def test_a_day_is_compared_with_its_weekday(con, n: int, is_usual: bool):
    result = volume(con, "2026-03-11", n)
    assert result.is_passed == is_usual
    if not is_usual:
        assert f"local_date 2026-03-11, n_found {n}, n_usual 100" in result.detail


def test_a_call_on_a_day_without_calls_is_no_alarm(con):
    assert volume(con, "2026-03-08", 3).is_passed


def test_nothing_is_said_below_four_weeks(con):
    assert volume(con, "2026-01-28", 0).is_passed, "three Wednesdays before it"
    assert not volume(con, "2026-02-04", 0).is_passed, "four, one of them empty"


def test_the_last_day_may_be_under_way(con):
    assert volume(con, "2026-03-14", 1).is_passed


def test_only_rebuilt_days_are_judged(con):
    assert not volume(con, "2026-03-11", 0).is_passed
    window = Window(date(2026, 3, 12), date(2026, 3, 13))
    assert run(con, window)["marts.volume_day", "volume_is_usual"].is_passed
