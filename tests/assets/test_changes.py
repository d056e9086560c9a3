"""Which days a changed table of reference makes stale."""

from datetime import date, timedelta

import duckdb

from assets.changes import ReferencesBefore, references_of
from assets.ingest.calendar import calendar_intervals
from pipelines.sql_models import SqlModel, load_models
from pipelines.sql_models.empty import empty_inputs

FIRST = date(2026, 3, 2)
CALL, MENU, OTHER = (FIRST + timedelta(days=n) for n in range(3))
ALIASES = "core.bridge_customer_address"
HOURS = "core.business_interval"
THREADS = """
    ('short', date '2026-03-02', timestamp '2026-03-02 09:00:00', null),
    ('long', date '2026-03-03', timestamp '2026-03-03 09:00:00', timestamp '2026-03-20 09:00:00'),
    ('waiting', date '2026-03-04', null, null),
    ('later', date '2026-03-25', null, null)
    """


def _models(relation: str) -> list[SqlModel]:
    return [model for model in load_models() if model.relation == relation]


def test_a_changed_address_concerns_its_contacts_and_its_sessions():
    """Who hung up in a menu may be in no contact at all."""
    models = _models(ALIASES)
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            f"create table {ALIASES} as from (values ('a', 'anna'), ('b', 'bert'), ('c', 'cleo')) "
            "as t(customer_ref, customer_id)"
        )
        for fact, ref, day in (("fact_contact", "a", CALL), ("fact_ivr_session", "b", MENU)):
            con.execute(
                f"create table core.{fact} as select ? as customer_ref, ?::date as local_date",
                [ref, day],
            )
        con.execute("insert into core.fact_contact values ('c', ?)", [OTHER])
        before = ReferencesBefore(con, models)
        con.execute(f"update {ALIASES} set customer_id = 'anna' where customer_ref <> 'c'")
        assert before.stale_days(con, {CALL, MENU, OTHER}) == {MENU}
        before = ReferencesBefore(con, models)
        con.execute(f"update {ALIASES} set customer_id = 'dora' where customer_ref <> 'c'")
        assert before.stale_days(con, {CALL, MENU, OTHER}) == {CALL, MENU}


def test_a_campaign_that_goes_on_concerns_no_day_and_one_renamed_all_of_its_own():
    relation = "core.dim_campaign"
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            f"""
            create table {relation} as
            select 1 as campaign_key, 'winback' as campaign_id, 'winback' as campaign_name,
                date '2026-03-02' as first_on, date '2026-03-03' as last_on,
                date '0001-01-01' as valid_from, date '9999-12-31' as valid_to
            """
        )
        before = ReferencesBefore(con, _models(relation))
        con.execute(f"update {relation} set last_on = date '2026-03-04'")
        assert before.stale_days(con, {CALL, MENU, OTHER}) == set()
        before = ReferencesBefore(con, _models(relation))
        con.execute(f"update {relation} set campaign_name = 'Win back'")
        assert before.stale_days(con, {CALL, MENU, OTHER}) == {CALL, MENU, OTHER}


def _hours(con: duckdb.DuckDBPyConnection) -> ReferencesBefore:
    """Three months of days, each with one quarter hour, and what was written in them."""
    con.execute("create schema core")
    con.execute(
        f"""
        create table {HOURS} as
        select 'office' as calendar, 'Etc/UTC' as zone, day + interval 9 hour as interval_start,
            day::date as local_date, 0 as opens_ms, 900000 as open_ms,
            900000 * row_number() over (order by day) as open_before_ms
        from range(timestamp '2026-02-01', timestamp '2026-05-01', interval 1 day) as r(day)
        """
    )
    con.execute(
        f"create table core.fact_message_thread as from (values {THREADS}) "
        "as t(thread_id, own_local_date, first_reply_at, resolved_at)"
    )
    return ReferencesBefore(con, _models(HOURS))


def test_changed_hours_concern_their_days_and_the_threads_that_waited_on_them():
    """What came before them is another sum, and no other working time."""
    march = {date(2026, 3, 1) + timedelta(days=n) for n in range(31)}
    with duckdb.connect() as con:
        before = _hours(con)
        con.execute(f"update {HOURS} set open_ms = 0 where local_date = '2026-03-10'")
        con.execute(f"update {HOURS} set open_before_ms = 0 where local_date > '2026-03-10'")
        days = {date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 10)}
        assert before.stale_days(con, march) == days


def test_hours_of_days_that_were_not_known_yet_concern_no_day_before():
    with duckdb.connect() as con:
        before = _hours(con)
        con.execute(
            f"insert into {HOURS} select * replace (local_date + 365 as local_date) from {HOURS}"
        )
        assert before.stale_days(con, {date(2026, 3, 4), date(2027, 3, 4)}) == set()


def test_the_first_calendar_concerns_every_day_that_it_has():
    with duckdb.connect() as con:
        _hours(con)
        con.execute(f"create table described as from {HOURS}")
        con.execute(f"delete from {HOURS}")
        before = ReferencesBefore(con, _models(HOURS))
        con.execute(f"insert into {HOURS} from described")
        assert before.stale_days(con, {FIRST, date(2027, 1, 1)}) == {FIRST}


def test_another_zone_of_the_centre_concerns_every_day():
    """The same two zones are in use before and after, but the whole centre counts in the other."""
    intervals = "core.dim_interval"
    (model,) = _models(intervals)
    with empty_inputs() as con:
        con.execute("create schema core")
        zones = ["Asia/Manila", "Europe/Dublin"]
        con.register("quarter_hours", calendar_intervals(zones, FIRST, OTHER))
        con.execute("insert into ops.calendar_interval by name from quarter_hours")
        for zone in zones:
            con.execute("delete from ops.centre")
            con.execute("insert into ops.centre values ('made', ?, 'EUR')", [zone])
            before = ReferencesBefore(con, [model])
            con.execute(f"create or replace table {intervals} as {model.sql}")
        assert before.stale_days(con, {CALL, MENU, OTHER}) == {CALL, MENU, OTHER}


def test_intervals_are_a_table_of_reference():
    assert "core.dim_interval" in {model.relation for model in references_of(load_models())}
