"""Rows of a warehouse, as plain tuples, for comparing."""

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

Row = tuple[Any, ...]
Bag = Counter[Row]


class Warehouse:
    """A warehouse, seen by one source's rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, source: str) -> None:
        self._con = con
        self._source = source

    @classmethod
    def published(cls, path: Path, source: str) -> "Warehouse":
        """A published warehouse, opened to read."""
        return cls(duckdb.connect(path, read_only=True), source)

    def rows(self, sql: str) -> list[Row]:
        """Rows of a query in which `$source` is the source's name, if it is asked for."""
        names = {"source": self._source} if "$source" in sql else None
        return self._con.execute(sql, names).fetchall()

    def bag(self, sql: str) -> Bag:
        """Rows of a query, counted."""
        return Counter(self.rows(sql))

    def close(self) -> None:
        """Let go of the file."""
        self._con.close()
