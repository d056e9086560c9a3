"""Records about a contact that come later than it: which days a change of either makes stale.

A survey, an evaluation, a sale or a case counts on the day of its contact, else on its own. So a
record that changed concerns the day of its contact; and a contact that came or went concerns the
days on which its records counted, or will count, without it.
"""

from collections.abc import Iterator
from datetime import date

import duckdb

from pipelines.sql_models.contracts import Contract, load_contracts

_OWN = "own_local_date"
_NEAR = "between r.local_date - interval 400 day and r.local_date + interval 7 day"
_CONTACT = """
    inner join staging.contact as c
        on c.contact_id = {0}.contact_id and c.source = coalesce({0}.contact_source, {0}.source)"""
_KEY = "md5_key(c.source || '|' || c.contact_id)"


def linked_days(con: duckdb.DuckDBPyConnection, dirty: set[date], *, every: set[date]) -> set[date]:
    """The days, and those that hang on them.

    Args:
        con: the working copy with staging attached and the macros; its facts are as last built.
        dirty: local days with rows that came, went or changed.
        every: all local days that have rows.
    """
    if not dirty or every <= dirty:
        return dirty
    con.execute("create or replace temp table dirty_now as select unnest(?::date[]) as local_date",
                [sorted(dirty)])  # fmt: skip
    try:
        found = {
            day
            for query in _queries(con)
            for row in con.execute(query).fetchall()
            for day in row
            if day is not None
        }
    finally:
        con.execute("drop table if exists temp.dirty_now")
    return dirty | found


def _queries(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    delivered = {name for (name,) in con.execute(
        "select distinct table_name from ops.lake_manifest where layer = 'staging'"
    ).fetchall()}  # fmt: skip
    built = {name for (name,) in con.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'core'"
    ).fetchall()}  # fmt: skip
    for name, contract in load_contracts().items():
        if name in delivered:
            yield from _of_records(contract, has_contacts="fact_contact" in built)
    for (name,) in con.execute(
        """
        select table_name from duckdb_columns()
        where database_name = current_database() and schema_name = 'core'
            and column_name in ('contact_key', ?)
        group by table_name
        having count(*) = 2
        """,
        [_OWN],
    ).fetchall():
        yield from _of_facts(name)


def _of_records(contract: Contract, *, has_contacts: bool) -> Iterator[str]:
    """Days that the records of one table and their contacts make stale."""
    table = contract.table
    if _is_about_contacts(contract):
        yield from _about(f"staging.{table} as r", "r", has_contacts=has_contacts)
    if contract.part_of:
        whole = load_contracts()[contract.part_of]
        same = " and ".join(f"o.{column} = r.{column}" for column in whole.key)
        yield from _through(table, whole, same, has_contacts=has_contacts)
    if table == "sale":
        # Each by itself: of two keys in one condition DuckDB compares every sale with every other.
        for key in ("refunds_sale_id", "order_sale_id"):
            same = f"o.source = r.source and o.sale_id = r.{key}"
            yield from _through(table, contract, same, has_contacts=has_contacts)


def _is_about_contacts(contract: Contract) -> bool:
    return {"contact_id", "contact_source"} <= contract.columns.keys()


def _through(table: str, whole: Contract, same: str, *, has_contacts: bool) -> Iterator[str]:
    """A part of a record, or a refund of an order, counts where the whole does."""
    rows = f"staging.{table} as r inner join staging.{whole.table} as o on {same}"
    yield f"select distinct o.local_date from {rows} where r.local_date in (from dirty_now)"
    if _is_about_contacts(whole):
        yield from _about(rows, "o", has_contacts=has_contacts)


def _about(rows: str, alias: str, *, has_contacts: bool) -> Iterator[str]:
    """Of records that changed, the contact's day; of contacts that are new, the records' days."""
    joined = f"{rows} {_CONTACT.format(alias)} and c.local_date {_NEAR}"
    yield f"select distinct c.local_date from {joined} where r.local_date in (from dirty_now)"
    if has_contacts:
        yield f"""
            select distinct r.local_date
            from {joined}
            where c.local_date in (from dirty_now)
                and {_KEY} not in (
                    select contact_key from core.fact_contact
                    where local_date in (from dirty_now)
                )
            """


def _of_facts(name: str) -> Iterator[str]:
    """Where records that changed counted before, and what counted with a contact that is gone."""
    yield f"select distinct local_date from core.{name} where {_OWN} in (from dirty_now)"
    yield f"""
        select distinct {_OWN} from core.{name}
        where local_date in (from dirty_now) and {_OWN} <> local_date
            and contact_key not in (
                select {_KEY} from staging.contact as c where c.local_date in (from dirty_now)
            )
        """
