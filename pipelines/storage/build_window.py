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
    "scan_from": ("DATE", "First local day whose rows may matter to those days."),
    "scan_to": ("DATE", "Last local day whose rows may matter to those days."),
    "linked_from": ("DATE", "First local day of contacts that their records may be about."),
    "late_to": ("DATE", "Last local day of records that may be about their contacts."),
}

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
        if(f <= date '0001-01-08', f, (f - interval 7 day)::date) as scan_from,
        if(t >= date '9999-12-24', t, (t + interval 7 day)::date) as scan_to,
        if(f <= date '0002-02-05', f, (f - interval 400 day)::date) as linked_from,
        if(t >= date '9998-11-26', t, (t + interval 400 day)::date) as late_to
    from asked
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the view where it is missing, or a warehouse still has a table of that name."""
    kind = con.execute(
        """
        select table_type from information_schema.tables
        where table_catalog = current_database()
            and table_schema = 'ops' and table_name = 'build_window'
        """
    ).fetchone()
    if kind == ("VIEW",):
        return
    if kind is not None:
        con.execute("drop table ops.build_window")
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
