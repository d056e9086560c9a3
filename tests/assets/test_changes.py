"""Which days a changed table of reference makes stale."""

from datetime import date, timedelta

import duckdb

from assets.changes import ReferencesBefore
from pipelines.sql_models import load_models

FIRST = date(2026, 3, 2)
CALL, MENU, OTHER = (FIRST + timedelta(days=n) for n in range(3))
ALIASES = "core.bridge_customer_address"


def test_a_changed_address_concerns_its_contacts_and_its_sessions():
    """Who hung up in a menu may be in no contact at all."""
    models = [model for model in load_models() if model.relation == ALIASES]
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
