"""What a changed table of reference makes stale: the days of its rows' old and new validity."""

from collections.abc import Iterable
from datetime import date

import duckdb

from pipelines.sql_models import SqlModel

_DESCRIPTIVE = {
    *("extensions", "aliases", "is_current", "valid_to"),
    *("manager", "director", "employer", "work_mode", "shift", "skills", "hired_on", "left_on"),
    *("first_on", "last_on", "open_before_ms"),
}
"""Columns that change no fact: a phone learned tomorrow, a version that ends where the next one
begins, a campaign's newest dial, or a sum of rows before; all of these are compared themselves."""
_CUSTOMERS = "core.bridge_customer_address"
_HOURS = "core.business_interval"


def references_of(models: Iterable[SqlModel]) -> list[SqlModel]:
    """Tables that daily models read and that are built as a whole, in order of building.

    Those that are made of daily models are left out: they are as new as these.
    """
    models = list(models)
    daily = {m.relation for m in models if m.header.materialization == "daily"}
    made_of_daily = set(daily)
    for model in models:
        if model.reads & made_of_daily:
            made_of_daily.add(model.relation)
    whole = {m.relation for m in models if m.header.materialization == "table"} - made_of_daily
    read = {relation for m in models if m.relation in made_of_daily for relation in m.reads}
    wanted: set[str] = set()
    for model in reversed(models):
        if model.relation in whole and model.relation in read | wanted:
            wanted |= {model.relation, *model.reads}
    return [model for model in models if model.relation in wanted & whole]


class ReferencesBefore:
    """Tables of reference as they are now, to compare with what a run makes of them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, models: Iterable[SqlModel]) -> None:
        there = _tables(con)
        self._known = [m.relation for m in models if m.relation in there]
        self._new = [m.relation for m in models if m.relation not in there]
        for relation in self._known:
            con.execute(f"create or replace temp table {_copy(relation)} as from {relation}")

    def stale_days(self, con: duckdb.DuckDBPyConnection, days: set[date]) -> set[date]:
        """Those of `days` that a changed row concerns; all of them if a table is new.

        Asked once, after all of the tables are built: the copies are dropped.
        """
        try:
            if self._new:
                return days
            found: set[date] = set()
            for relation in self._known:
                found |= _stale(con, relation, days)
            return found
        finally:
            for relation in self._known:
                con.execute(f"drop table if exists temp.{_copy(relation)}")


def _copy(relation: str) -> str:
    return "before_" + relation.replace(".", "_")


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute(
        """
        select schema_name || '.' || table_name from duckdb_tables()
        where database_name = current_database()
        """
    ).fetchall()
    return {name for (name,) in rows}


def _stale(con: duckdb.DuckDBPyConnection, relation: str, days: set[date]) -> set[date]:
    before = [row[0] for row in con.execute(f"describe temp.{_copy(relation)}").fetchall()]
    now = [row[0] for row in con.execute(f"describe {relation}").fetchall()]
    if before != now:
        return days
    differing = _differing(relation, now)
    if relation == _CUSTOMERS:
        return days & _days_of_callers(con, differing)
    if relation == _HOURS:
        return days & _days_of_hours(con, differing)
    if not {"valid_from", "valid_to"} <= set(now):
        return days if con.execute(f"{differing} limit 1").fetchone() else set()
    spans = con.execute(f"select distinct valid_from, valid_to from ({differing})").fetchall()
    return {day for day in days if any(first <= day < last for first, last in spans)}


def _differing(relation: str, columns: list[str]) -> str:
    """Rows that came, went or changed, and matter to facts that were built before.

    Who is new in a dimension with durable identifiers is in no older fact; where a dimension has
    none, no new row is.
    """
    before, name = f"temp.{_copy(relation)}", relation.partition(".")[2]
    row = "hash({})".format(", ".join(f'"{c}"' for c in columns if c not in _DESCRIPTIVE))
    gone = f"from {before} where {row} not in (select {row} from {relation})"
    come = f"from {relation} where {row} not in (select {row} from {before})"
    durable = f"{name.removeprefix('dim_')}_id"
    if name.startswith("dim_"):
        come += f" and {durable} in (select {durable} from {before})" if durable in columns else ""
        come += "" if durable in columns else " and false"
    return f"select * {gone} union all select * {come}"


def _days_of_callers(con: duckdb.DuckDBPyConnection, differing: str) -> set[date]:
    found: set[date] = set()
    # Of who hung up in a menu there may be no contact.
    for fact in _tables(con) & {"core.fact_contact", "core.fact_ivr_session"}:
        rows = con.execute(
            f"""
            select distinct local_date from {fact}
            where customer_ref in (select customer_ref from ({differing}))
            """
        ).fetchall()
        found |= {day for (day,) in rows}
    return found


def _days_of_hours(con: duckdb.DuckDBPyConnection, differing: str) -> set[date]:
    """Days whose opening hours differ, and those of the threads that waited on such a day.

    What lies beyond the days that were known before is new, and in no older fact.
    """
    was = f"select min(local_date) as from_day, max(local_date) as to_day from temp.{_copy(_HOURS)}"
    changed = f"""
        select distinct d.local_date
        from ({differing}) as d, ({was}) as was
        where was.from_day is null or d.local_date between was.from_day and was.to_day
        """
    found = {day for (day,) in con.execute(changed).fetchall()}
    if found and "core.fact_message_thread" in _tables(con):
        # Who has no answer waits still. A day about the ends, for those of other zones.
        rows = con.execute(
            f"""
            select distinct t.own_local_date
            from core.fact_message_thread as t, ({changed}) as c
            where c.local_date >= t.own_local_date - 1
                and (
                    t.first_reply_at is null
                    or c.local_date <= greatest(t.first_reply_at, t.resolved_at)::date + 1
                )
            """
        ).fetchall()
        found |= {day for (day,) in rows}
    return found
