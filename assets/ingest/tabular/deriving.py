"""Raw rows of mapped files to rows of staging: of several that speak of one thing, the newest.

"Newest" never depends on the order in which files arrive: it is the mapping's `version`, then the
name of the file, then the place in it.
"""

from collections.abc import Mapping as Map

import duckdb

from assets.ingest.adapter import DeriveContext
from assets.ingest.tabular.defaults import default_sql, identity
from assets.ingest.tabular.mapping import Mapping
from pipelines.sql_models.contracts import Contract, load_contracts
from pipelines.storage.duck import insert_rows

MEMORY = "reference_row"
"""Memory table of a reference mapping's rows: `<MEMORY>_<mapping>`."""
_NEWEST = (
    "try_cast(row_version as decimal(38, 9)) desc nulls last, row_version desc nulls last, "
    "file_name desc, line_no desc, line_id desc"
)
"""Versions that are numbers go by size, all others by their text."""


_PEOPLE = "known_person"


def name_people(con: duckdb.DuckDBPyConnection, ctx: DeriveContext) -> None:
    """Put in who the other names of agents stand for, whatever the case of their letters.

    The source's own `aliases` win over the rosters'; a name that means two is of nobody.
    """
    own = {name: ctx.people.get(agent, agent) for name, agent in ctx.settings.aliases.items()}
    rows = [(n, a, 1) for n, a in own.items()] + [(n, a, 2) for n, a in ctx.people.items()]
    con.execute("create or replace temp table told_name (name varchar, agent varchar, rank int)")
    insert_rows(con, "told_name", sorted(rows), types=["VARCHAR", "VARCHAR", "INTEGER"])
    con.execute(
        f"""
        create or replace temp table {_PEOPLE} as
        select lower(name) as name, min(agent) as agent
        from (
            from told_name qualify rank = min(rank) over (partition by lower(name))
        )
        group by lower(name) having min(agent) = max(agent)
        """
    )
    con.execute("drop table told_name")


def is_named(contract: Contract, column: str) -> bool:
    """Whether a column holds an agent whom rosters may know by another name.

    Not so in a record's own key, by which rows of earlier runs are found again, and not in
    rosters, which say who is who.
    """
    if column != "agent" or contract.unit == "reference":
        return False
    return contract.unit != "record" or "agent" not in contract.key


def derive_tables(
    con: duckdb.DuckDBPyConnection, mappings: Map[str, Mapping], unit: str, *, prefix: str
) -> None:
    """Leave `out_<table>` for the tables of a unit.

    Args:
        con: holds `<prefix><mapping>`, the raw rows.
        mappings: of the source, by name.
        unit: contact, record, agent or reference.
        prefix: before a mapping's name in its relation.
    """
    contracts = load_contracts()
    tables = sorted({t for m in mappings.values() for t in m.tables if m.unit == unit})
    for table in tables:
        parts = [
            _part_sql(contracts[table], mapping, place, f"{prefix}{name}")
            for name, mapping in sorted(mappings.items())
            for place, part in enumerate(mapping.rows)
            if part.table == table
        ]
        con.execute(
            f"create or replace temp table out_{table} as {_newest(contracts[table], parts)}"
        )


def _part_sql(contract: Contract, mapping: Mapping, place: int, relation: str) -> str:
    """Rows of one part of a mapping, with what the mapping leaves out worked out."""
    given = mapping.rows[place].columns
    people = f"left join {_PEOPLE} as person on person.name = lower(r{place}_agent)"
    is_known = "agent" in given and is_named(contract, "agent")
    origins = {name: f"r{place}_{name}" for name in given}
    if is_known:
        origins["agent"] = f"coalesce(person.agent, r{place}_agent)"
    told = ", ".join(
        f"cast({origins.get(name, 'null')} as {spec.type}) as {name}"
        for name, spec in contract.own_columns.items()
    )
    columns = ", ".join(
        name
        if name in given
        else f"cast({default_sql(contract.table, name)} as {spec.type}) as {name}"
        for name, spec in contract.own_columns.items()
        if not _is_window(contract, name, given)
    )
    lineage = "file_id, line_no, line_id, row_version, file_name"
    return (
        f"select {columns}, {lineage} "
        f"from (select {told}, {lineage} from {relation} {people if is_known else ''} "
        f"where r{place})"
    )


def _is_window(contract: Contract, name: str, given: Map[str, object]) -> bool:
    return name not in given and "over (" in default_sql(contract.table, name)


def _newest(contract: Contract, parts: list[str]) -> str:
    """The newest row of each key; then what depends on the rows beside it."""
    windows = {
        name: f"cast({default_sql(contract.table, name)} as {spec.type}) as {name}"
        for name, spec in contract.own_columns.items()
        if "over (" in default_sql(contract.table, name)
    }
    key = ", ".join(identity(contract.table) or [n for n in contract.key[1:] if n not in windows])
    union = " union all by name ".join(parts)
    newest = f"""
        select * from ({union})
        qualify row_number() over (partition by {key} order by {_NEWEST}) = 1
    """
    own = ", ".join(windows.get(name, name) for name in contract.own_columns)
    return f"select {own}, file_id, line_no from ({newest})"


_LINKED = ("handle_segment", "agent_offer")


def link_visits(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> None:
    """Say of legs and rings whose visit they are, where the mapping does not.

    It is the contact's latest visit to the leg's queue (to any, where it names none) that began
    before.
    """
    if "queue_visit" not in tables:
        return
    for table in _LINKED:
        if table not in tables:
            continue
        at = load_contracts()[table].date_column
        con.execute(
            f"""
            create or replace temp table out_{table} as
            with told as (select * from out_{table} where entered_at is not null),
            untold as (select * from out_{table} where entered_at is null),
            named as (
                select u.* replace (
                    v.entered_at as entered_at, v.entry_repeat as entry_repeat,
                    v.visit_ordinal as visit_ordinal
                )
                from untold as u asof left join out_queue_visit as v
                    on u.contact_id = v.contact_id and u.queue = v.queue
                    and v.entered_at <= u.{at}
                where u.queue is not null
            ),
            unnamed as (
                select u.* replace (
                    v.entered_at as entered_at, v.entry_repeat as entry_repeat,
                    v.visit_ordinal as visit_ordinal, v.queue as queue
                )
                from untold as u asof left join out_queue_visit as v
                    on u.contact_id = v.contact_id and v.entered_at <= u.{at}
                where u.queue is null
            )
            from told union all by name from named union all by name from unnamed
            """
        )


def remember(con: duckdb.DuckDBPyConnection, mappings: Map[str, Mapping]) -> None:
    """Leave `out_reference_row_<mapping>`: every row of reference mappings seen so far."""
    for name in reference_mappings(mappings):
        table = f"{MEMORY}_{name}"
        con.execute(
            f"""
            create or replace temp table out_{table} as
            from (from work_{table} union all by name from raw_{name})
            qualify row_number() over (
                partition by line_id, file_name order by file_id, line_no
            ) = 1
            """
        )


def reference_mappings(mappings: Map[str, Mapping]) -> list[str]:
    """Names of the mappings whose tables are renewed as a whole."""
    return sorted(name for name, mapping in mappings.items() if mapping.unit == "reference")
