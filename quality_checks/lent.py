"""An open DuckDB connection as Great Expectations asks it, which asks much twice.

It asks for the rows of a query and then for their number, and for the columns of a table before
each question about them: what is known is not asked of DuckDB again.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import duckdb

# How Great Expectations asks for the number of rows of a query.
_NUMBER_OF = re.compile(
    r"SELECT COUNT\(\*\) as unexpected_row_count FROM \((?P<query>.*)\)"
    r" AS substituted_batch_subquery",
    re.DOTALL,
)
_NUMBER = [("unexpected_row_count", "BIGINT", None, None, None, None, None)]


class Answer(NamedTuple):
    """All rows of a statement."""

    description: list[Any] | None
    rows: list[Any]


class Lent:
    """An open connection that is lent to SQLAlchemy, and what is known of what it reads."""

    def __init__(self, con: duckdb.DuckDBPyConnection, url: str) -> None:
        self.url = url
        """For `sqlalchemy.create_engine`."""
        self._con = con
        self._columns: dict[str, Mapping[str, str]] = {}
        self._last: tuple[str, Answer] | None = None

    def show(self, table: str, columns: Mapping[str, str]) -> None:
        """Tell that a temporary relation is now another one, with these columns and types."""
        self._columns[table] = columns
        self._last = None

    def columns(self, relation: str) -> Mapping[str, str]:
        """Name and type of each column of a temporary relation that was shown, or of another.

        Args:
            relation: quoted where need be.

        Raises:
            duckdb.Error: there is no such relation.
        """
        shown = self._columns.get(relation)
        if shown is None:
            shown = {row[0]: row[1] for row in self.ask(f"describe {relation}").rows}
        return shown

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        """All rows of a statement.

        Raises:
            duckdb.Error: DuckDB refuses it.
        """
        if parameters:
            return self._run(sql, parameters)
        counted = _NUMBER_OF.fullmatch(sql)
        if counted:
            return Answer(_NUMBER, [(len(self.ask(counted["query"]).rows),)])
        if self._last is None or self._last[0] != sql:
            self._last = sql, self._run(sql)
        return self._last[1]

    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        result = self._con.execute(sql, list(parameters) or None)
        description = [tuple(column) for column in result.description or []] or None
        return Answer(description, result.fetchall() if description else [])
