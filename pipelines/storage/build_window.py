"""`ops.build_window`: the days that daily models rebuild, which each connection narrows for itself.

A view on two variables of the connection that reads it: as a table it would be one for all, and
models could not be rebuilt side by side.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import date

import duckdb

DESCRIPTION = "The days that daily models rebuild: one row; all time unless a run narrows it."

COLUMNS = {
    "from_date": ("DATE", "First local day to rebuild."),
    "to_date": ("DATE", "Last local day to rebuild."),
    "zone_from": ("DATE", "First local day of which some hour may be of those days elsewhere."),
    "zone_to": ("DATE", "Last local day of which some hour may be of those days elsewhere."),
    "scan_from": ("DATE", "First local day whose rows may matter to those days."),
    "scan_to": ("DATE", "Last local day whose rows may matter to those days."),
    "linked_from": ("DATE", "First local day of contacts that their records may be about."),
    "late_to": ("DATE", "Last local day of records that may be about their contacts."),
}

# Local days of one instant differ by two at most: zones lie up to 26 hours apart.
# A contact may last a week: the scan reaches seven days further on both sides. A record about a
# contact, such as a refund, may be 400 days younger.
_VIEW = """
    create view ops.build_window as
    with asked as (
        select
            coalesce(getvariable('build_from')::date, date '0001-01-01') as f,
            coalesce(getvariable('build_to')::date, date '9999-12-31') as t
    )
    select
        f as from_date,
        t as to_date,
        if(f <= date '0001-01-03', f, (f - interval 2 day)::date) as zone_from,
        if(t >= date '9999-12-29', t, (t + interval 2 day)::date) as zone_to,
        if(f <= date '0001-01-08', f, (f - interval 7 day)::date) as scan_from,
        if(t >= date '9999-12-24', t, (t + interval 7 day)::date) as scan_to,
        if(f <= date '0002-02-05', f, (f - interval 400 day)::date) as linked_from,
        if(t >= date '9998-11-26', t, (t + interval 400 day)::date) as late_to
    from asked
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the view where it is missing, or is another in an older warehouse, such as a table."""
    found = con.execute(
        """
        select t.table_type, count(*) from information_schema.tables as t
        inner join information_schema.columns as c
            using (table_catalog, table_schema, table_name)
        where t.table_catalog = current_database()
            and t.table_schema = 'ops' and t.table_name = 'build_window'
        group by t.table_type
        """
    ).fetchone()
    if found == ("VIEW", len(COLUMNS)):
        return
    if found is not None:
        con.execute(f"drop {'view' if found[0] == 'VIEW' else 'table'} ops.build_window")
    con.execute(_VIEW)


@contextmanager
def narrowed(con: duckdb.DuckDBPyConnection, from_date: date, to_date: date) -> Generator[None]:
    """Let daily models that this connection runs see some days alone, both ends included."""
    con.execute(f"set variable build_from = date '{from_date.isoformat()}'")
    con.execute(f"set variable build_to = date '{to_date.isoformat()}'")
    try:
        yield
    finally:
        # A transaction that failed takes no statement: who rolls it back calls `widen`.
        with suppress(duckdb.TransactionException):
            widen(con)


def widen(con: duckdb.DuckDBPyConnection) -> None:
    """Let this connection see all time again."""
    con.execute("reset variable build_from; reset variable build_to")
