"""Rows whose contact or visit no file has told of: set aside as anomalies until one does.

Systems write contacts, rings and legs into files of their own; one that comes late, or of which a
line was refused, must not keep the others' rows from being published. Their lines stay in the raw
lake, and are derived again when the contact's come.
"""

import duckdb

from pipelines.sql_models.contracts import load_contracts
from pipelines.storage.duck import columns_sql

_OF = {
    "queue_visit": ("contact", "visit_without_contact"),
    "queue_refusal": ("contact", "refusal_without_contact"),
    "handle_segment": ("contact", "segment_without_contact"),
    "agent_offer": ("queue_visit", "offer_without_entry"),
}
"""Table -> the table of what its rows are of, and the rule for those of none."""


def tables_with_misfits(tables: frozenset[str]) -> list[str]:
    """Those of a source's tables whose rows are of something that its files tell of too.

    Where none does, as by a mapping that is not whole, the checks refuse the rows.
    """
    return [table for table, (of, _) in _OF.items() if {table, of} <= tables]


def set_misfits_aside(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> None:
    """Move rows of no contact, and rings of no visit, from `out_<table>` to `out_anomaly`.

    Args:
        con: with `out_<table>` of the source's tables, rings linked to their visits; `out_anomaly`
            where files tell of anomalies themselves.
        tables: that the source's mappings fill.
    """
    checked = tables_with_misfits(tables)
    if checked and "anomaly" not in tables:
        contract = load_contracts()["anomaly"]
        wanted = (*contract.own_columns, "file_id", "line_no")
        columns = columns_sql({name: contract.columns[name].type for name in wanted})
        con.execute(f"create or replace temp table out_anomaly ({columns})")
    for table in checked:
        _set_aside(con, table)


def _set_aside(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Move the rows of a table that are of nothing known."""
    of, rule = _OF[table]
    contracts = load_contracts()
    _source, *columns = contracts[of].key
    key = ", ".join(columns)
    moved = con.execute(
        f"""
        insert into out_anomaly by name
        with odd as (
            select contact_id, queue, {contracts[table].date_column} as occurred_at,
                file_id, line_no
            from out_{table} anti join out_{of} using ({key})
        ),
        told as (
            select contact_id, occurred_at, max(anomaly_ordinal) as last_ordinal
            from out_anomaly where rule = '{rule}' group by all
        )
        select odd.contact_id, odd.queue, odd.occurred_at, '{rule}' as rule, '{table}' as event,
            coalesce(told.last_ordinal, 0) + row_number() over (
                partition by odd.contact_id, odd.occurred_at
                order by odd.queue, odd.file_id, odd.line_no
            ) as anomaly_ordinal,
            odd.file_id, odd.line_no
        from odd left join told using (contact_id, occurred_at)
        """
    ).fetchone()
    if moved != (0,):
        kept = f"from out_{table} semi join out_{of} using ({key})"
        con.execute(f"create or replace temp table out_{table} as {kept}")
