"""Which days hang on which, where records come later than the contact they are about."""

from datetime import date

import duckdb
import pytest

from assets.late import linked_days
from pipelines.sql_models.empty import empty_inputs

CALL, ASKED, ANSWERED = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 9)
ORDER, REFUND = date(2026, 3, 3), date(2026, 4, 20)
OTHER = date(2026, 6, 1)
EVERY = {CALL, ASKED, ANSWERED, ORDER, REFUND, OTHER}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = empty_inputs()
    con.execute("create schema if not exists core")
    con.execute(
        """
        insert into ops.lake_manifest by name
        select 'staging' as layer, unnest(['contact', 'survey_invite', 'survey_answer', 'sale'])
            as table_name
        """
    )
    for table, row in (
        ("contact", {"source": "pbx", "contact_id": "c1", "local_date": CALL}),
        (
            "survey_invite",
            {
                "source": "survey",
                "invite_id": "i1",
                "contact_id": "c1",
                "contact_source": "pbx",
                "local_date": ASKED,
            },
        ),
        ("survey_answer", {"source": "survey", "invite_id": "i1", "local_date": ANSWERED}),
        (
            "sale",
            {
                "source": "shop",
                "sale_id": "s1",
                "contact_id": "c1",
                "contact_source": "pbx",
                "local_date": ORDER,
            },
        ),
        (
            "sale",
            {"source": "shop", "sale_id": "s2", "refunds_sale_id": "s1", "local_date": REFUND},
        ),
    ):
        marks = ", ".join("?" for _ in row)
        con.execute(
            f"insert into staging.{table} ({', '.join(row)}) values ({marks})", list(row.values())
        )
    return con


def test_a_record_that_changes_concerns_what_it_is_about(con):
    assert linked_days(con, {ASKED}, every=EVERY) == {ASKED, CALL}
    assert linked_days(con, {ANSWERED}, every=EVERY) == {ANSWERED, ASKED, CALL}
    assert linked_days(con, {ORDER}, every=EVERY) == {ORDER, CALL}
    assert linked_days(con, {REFUND}, every=EVERY) == {REFUND, ORDER, CALL}


def test_a_new_contact_takes_its_records_with_it_and_a_known_one_has_them(con):
    con.execute("create table core.fact_contact (contact_key bigint, local_date date)")
    assert linked_days(con, {CALL}, every=EVERY) == {CALL, ASKED, ANSWERED, ORDER, REFUND}
    con.execute("insert into core.fact_contact values (md5_key('pbx|c1'), ?)", [CALL])
    assert linked_days(con, {CALL}, every=EVERY) == {CALL}


def test_other_days_hang_on_nothing(con):
    assert linked_days(con, {OTHER}, every=EVERY) == {OTHER}
    assert linked_days(con, set(), every=EVERY) == set()


def test_where_every_day_is_stale_none_is_looked_for(con):
    con.close()
    assert linked_days(con, EVERY, every=EVERY) == EVERY


def test_a_record_that_changed_leaves_the_day_where_it_counted(con):
    make_fact(con, OTHER, ASKED)
    assert OTHER in linked_days(con, {ASKED}, every=EVERY)


def test_a_contact_that_is_gone_leaves_its_records_behind(con):
    make_fact(con, CALL, ASKED)
    assert linked_days(con, {CALL}, every=EVERY) == {CALL}
    con.execute("delete from staging.contact")
    assert linked_days(con, {CALL}, every=EVERY) == {CALL, ASKED}


def make_fact(con, counted: date, own: date) -> None:
    con.execute(
        """
        create table core.fact_survey_invite as
        select md5_key('pbx|c1') as contact_key, ?::date as local_date, ?::date as own_local_date
        """,
        [counted, own],
    )


def test_a_record_more_than_400_days_later_is_on_its_own(con):
    far = date(2027, 5, 1)
    con.execute(
        "insert into staging.sale (source, sale_id, contact_id, contact_source, local_date) "
        "values ('shop', 's3', 'c1', 'pbx', ?)",
        [far],
    )
    assert linked_days(con, {far}, every=EVERY) == {far}


def test_an_item_concerns_the_day_of_its_order(con):
    con.execute(
        "insert into staging.sale (source, sale_id, order_sale_id, local_date) "
        "values ('shop', 's4', 's1', ?)",
        [OTHER],
    )
    assert linked_days(con, {OTHER}, every=EVERY) == {OTHER, ORDER, CALL}
