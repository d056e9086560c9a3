"""Rows whose contact or visit no file has told of: set aside as anomalies until one does.

Systems write contacts, rings and legs into files of their own; one that comes late, or of which a
line was refused, must not keep the others' rows from being published. Their lines stay in the raw
lake, and are derived again when the contact's come.
"""

import duckdb

_AT = {
    "queue_visit": "entered_at",
    "queue_refusal": "refused_at",
    "handle_segment": "connected_at",
    "agent_offer": "offered_at",
}
_VISIT = "contact_id, queue, entered_at, entry_repeat"
_OF = {
    "queue_visit": ("contact", "contact_id", "visit_without_contact"),
    "queue_refusal": ("contact", "contact_id", "refusal_without_contact"),
    "handle_segment": ("contact", "contact_id", "segment_without_contact"),
    "agent_offer": ("queue_visit", _VISIT, "offer_without_entry"),
}
"""Table -> the table of what its rows are of, by which key, and the rule for those of none."""
_COLUMNS = "contact_id, queue, occurred_at, rule, event, anomaly_ordinal, file_id, line_no"

_NONE = """(
    select null::varchar as contact_id, null::varchar as queue, null::timestamp as occurred_at,
        null::varchar as rule, null::varchar as event, null::integer as anomaly_ordinal,
        null::varchar as file_id, null::bigint as line_no
    where false
)"""


def tables_with_misfits(tables: frozenset[str]) -> list[str]:
    """Those of a source's tables whose rows are of something that its files tell of too.

    Where none does, as by a mapping that is not whole, the checks refuse the rows.
    """
    return [table for table, (of, _, _) in _OF.items() if {table, of} <= tables]


def set_misfits_aside(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> None:
    """Move rows of no contact, and rings of no visit, from `out_<table>` to `out_anomaly`.

    Args:
        con: with `out_<table>` of the source's tables, rings linked to their visits; `out_anomaly`
            where files tell of anomalies themselves.
        tables: that the source's mappings fill.
    """
    checked = tables_with_misfits(tables)
    if not checked:
        return
    con.execute(
        f"""
        create or replace temp table misfit as
        select {_COLUMNS} from {"out_anomaly" if "anomaly" in tables else _NONE}
        """
    )
    for table in checked:
        _set_aside(con, table)
    con.execute(f"create or replace temp table out_anomaly as select {_COLUMNS} from misfit")
    con.execute("drop table misfit")


def _set_aside(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Move the rows of a table that are of nothing known."""
    of, key, rule = _OF[table]
    moved = con.execute(
        f"""
        insert into misfit
        with odd as (
            select contact_id, queue, {_AT[table]} as occurred_at, file_id, line_no
            from out_{table} anti join out_{of} using ({key})
        ),
        told as (
            select contact_id, occurred_at, max(anomaly_ordinal) as last_ordinal
            from misfit where rule = '{rule}' group by all
        )
        select odd.contact_id, odd.queue, odd.occurred_at, '{rule}', '{table}',
            coalesce(told.last_ordinal, 0) + row_number() over (
                partition by odd.contact_id, odd.occurred_at
                order by odd.queue, odd.file_id, odd.line_no
            ),
            odd.file_id, odd.line_no
        from odd left join told using (contact_id, occurred_at)
        """
    ).fetchone()
    if moved != (0,):
        kept = f"from out_{table} semi join out_{of} using ({key})"
        con.execute(f"create or replace temp table out_{table} as {kept}")
