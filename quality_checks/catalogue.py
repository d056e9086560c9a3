"""Which columns relations have, asked once for all.

To describe a view takes DuckDB a good part of the time that it takes to read it.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FEW = 4
"""So many relations are described one by one sooner than the catalogue is read."""

# `a.b` is table b of schema a or, failing that, of the attached catalog a.
_COLUMNS = """
select
    case when database_name = current_database() then schema_name else database_name end
    || '.' || table_name as relation,
    column_name,
    data_type
from duckdb_columns()
where database_name = current_database()
    or (
        schema_name = 'main'
        and database_name not in (
            select schema_name from duckdb_schemas() where database_name = current_database()
        )
    )
order by relation, column_index
"""


class Columns:
    """The columns of relations as they are now, `schema.table` or `catalog.table`."""

    def __init__(self, con: "DuckDBPyConnection", relations: Collection[str]) -> None:
        self._con = con
        self._known: dict[str, dict[str, str]] = {}
        if len(relations) > _FEW:
            for relation, column, kind in con.execute(_COLUMNS).fetchall():
                self._known.setdefault(relation, {})[column] = kind

    def of(self, relation: str) -> dict[str, str]:
        """Name and type of each column, in order.

        Raises:
            duckdb.Error: there is no such relation.
        """
        if relation not in self._known:
            rows = self._con.execute(f"describe {relation}").fetchall()
            self._known[relation] = {row[0]: row[1] for row in rows}
        return self._known[relation]
