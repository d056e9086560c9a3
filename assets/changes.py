"""Whether a dimension's old rows changed: then facts that were built with them are stale."""

import duckdb

_DESCRIPTIVE = {"extensions", "aliases"}
"""Columns that no other model reads: a phone learned tomorrow rebuilds no history."""


def _dimensions(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        """
        select table_name from duckdb_tables()
        where database_name = current_database() and schema_name = 'core'
            and table_name like 'dim\\_%' escape '\\' and table_name <> 'dim_metric'
        order by table_name
        """
    ).fetchall()
    return [name for (name,) in rows]


class DimensionsBefore:
    """The dimensions as they are now, to compare with what a run makes of them."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._names = _dimensions(con)
        for name in self._names:
            con.execute(f"create or replace temp table before_{name} as select * from core.{name}")

    def changed(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Whether a row of before is gone or different; new rows concern no old fact.

        Asked once, after all dimensions are built: the copies are dropped.
        """
        there = set(_dimensions(con))
        try:
            return any(name not in there or _differs(con, name) for name in self._names)
        finally:
            for name in self._names:
                con.execute(f"drop table if exists temp.before_{name}")


def _differs(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    old = [r[0] for r in con.execute(f"describe temp.before_{name}").fetchall()]
    new = [r[0] for r in con.execute(f"describe core.{name}").fetchall()]
    if old != new:
        return True
    columns = ", ".join(f'"{column}"' for column in new if column not in _DESCRIPTIVE)
    row = con.execute(
        f"""
        select 1 from (
            select {columns} from temp.before_{name} except select {columns} from core.{name}
        ) limit 1
        """
    ).fetchone()
    return row is not None
