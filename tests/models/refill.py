"""Statements that are planned once and run for many small examples."""

from typing import Any

import duckdb

from pipelines.storage.duck import literal


class Refill:
    """Fills tables that stand; a table made or dropped meanwhile has all statements planned anew.

    DuckDB takes what it knows of the rows at the time of planning (the highest value, that there
    are none) for true of all later rows too, so this connection plans without it.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._names: dict[tuple[str, str], str] = {}
        self._columns: dict[str, dict[str, str]] = {}
        con.execute("set disabled_optimizers = 'statistics_propagation'")

    def fill(self, relation: str, select: str) -> None:
        """Add the rows of a select to a table that has its columns."""
        self._con.execute(f"execute {self._prepared(relation, f'by name {select}')}")

    def lay(self, relation: str, rows: list[dict[str, Any]]) -> None:
        """Add rows, as column -> value; columns left out are empty."""
        if not rows:
            return
        columns = self._columns_of(relation)
        values = ", ".join(
            f"cast(unnest(cast(${n} as varchar[])) as {kind})"
            for n, kind in enumerate(columns.values(), start=1)
        )
        lists = (
            ", ".join("null" if (v := row.get(name)) is None else literal(str(v)) for row in rows)
            for name in columns
        )
        given = ", ".join(f"cast([{texts}] as varchar[])" for texts in lists)
        self._con.execute(f"execute {self._prepared(relation, f'select {values}')}({given})")

    def _columns_of(self, relation: str) -> dict[str, str]:
        if relation not in self._columns:
            described = self._con.execute(f"describe {relation}").fetchall()
            self._columns[relation] = {name: kind for name, kind, *_ in described}
        return self._columns[relation]

    def _prepared(self, relation: str, source: str) -> str:
        key = relation, source
        if key not in self._names:
            self._names[key] = name = f"filling_{len(self._names)}"
            self._con.execute(f"prepare {name} as insert into {relation} {source}")
        return self._names[key]
