"""A small SQLAlchemy dialect through which Great Expectations reads an open DuckDB connection.

Great Expectations has no DuckDB data source, and three things stand between its SQL engine and
DuckDB. It reads a cursor's rows after it has handed the connection back, while DuckDB's rows are
lazy: so rows are fetched at once (an expectation returns counts and at most some hundred sample
rows). It writes regular expressions and LIKE only for dialects it knows by name: so the dialect
calls itself `postgresql`, whose SQL DuckDB understands, and compiles `~` as `regexp_matches`.
And a second connection would see neither temporary views nor an open transaction: so every
"connection" of the engine is the one that was shared. Only reading is meant.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import duckdb
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import (
    PGCompiler,
    PGDDLCompiler,
    PGDialect,
    PGIdentifierPreparer,
    PGTypeCompiler,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.sql.compiler import SQLCompiler

from quality_checks.lent import Lent

DRIVER = "duckdb_shared"

_lent: dict[str, Lent] = {}


@contextmanager
def shared(con: duckdb.DuckDBPyConnection, name: str | None = None) -> Generator[Lent]:
    """Lend an open connection to SQLAlchemy; its URL is good until the block ends.

    Args:
        con: stays open and the caller's; nobody else may use it meanwhile, and what it reads
            stays as it is unless `Lent.show` tells otherwise.
        name: what its URL ends with, for an engine that outlives the block; one that nothing else
            has when left out.
    """
    name = name or uuid4().hex
    registry.register(DRIVER, __name__, "DuckDBDialect")
    _lent[name] = Lent(con, f"{DRIVER}:///{name}")
    try:
        yield _lent[name]
    finally:
        del _lent[name]


class Cursor:
    """A DB-API cursor whose rows are all fetched when it executes."""

    arraysize = 1
    lastrowid = None

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._rows: list[Any] = []
        self._next = 0
        self.description: list[Any] | None = None
        self.rowcount = -1

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Run one statement and take all its rows."""
        self.description, self._rows = self._lent.ask(sql, parameters)
        self._next, self.rowcount = 0, len(self._rows)
        return self

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each set of parameters."""
        for parameters in many:
            self.execute(sql, parameters)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, `arraysize` of them unless told."""
        start, self._next = self._next, min(self._next + (size or self.arraysize), len(self._rows))
        return self._rows[start : self._next]

    def fetchone(self) -> Any:
        """The next row, or None."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        """All rows not yet taken."""
        return self.fetchmany(len(self._rows) + 1)

    def close(self) -> None:
        """Nothing to give back: Great Expectations reads rows after closing."""

    def setinputsizes(self, *_: Any) -> None:
        """Demanded by DB-API; DuckDB needs no sizes."""

    def setoutputsize(self, *_: Any) -> None:
        """Demanded by DB-API; DuckDB needs no sizes."""


class Connection:
    """A DB-API face of the shared connection; leaves its transaction and its life to the owner."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def lent(self) -> Lent:
        """What is shared under this name now: a pool may keep this face longer than a block."""
        if self._name not in _lent:
            raise duckdb.Error("the DuckDB connection is no longer shared")
        return _lent[self._name]

    def cursor(self) -> Cursor:
        """A cursor on the shared connection."""
        return Cursor(self.lent)

    def commit(self) -> None:
        """The owner commits."""

    def rollback(self) -> None:
        """The owner rolls back."""

    def close(self) -> None:
        """The owner closes."""


def _connect(name: str) -> Connection:
    connection = Connection(name)
    assert connection.lent  # noqa: S101  raises if nothing is shared
    return connection


_DBAPI = SimpleNamespace(
    apilevel="2.0",
    threadsafety=1,
    paramstyle="numeric_dollar",
    connect=_connect,
    Warning=Warning,
    Error=duckdb.Error,
    InterfaceError=duckdb.Error,
    DatabaseError=duckdb.DatabaseError,
    DataError=duckdb.DataError,
    OperationalError=duckdb.OperationalError,
    IntegrityError=duckdb.IntegrityError,
    InternalError=duckdb.InternalError,
    ProgrammingError=duckdb.ProgrammingError,
    NotSupportedError=duckdb.NotSupportedError,
)


class Compiler(PGCompiler):
    """PostgreSQL's SQL, but `~` finds a match anywhere, as it does there (DuckDB: the whole)."""

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        """Compile `~` and `!~` as `regexp_matches`."""
        if operator.opstring not in ("~", "!~"):
            return super().visit_custom_op_binary(element, operator, **kw)
        left, right = self.process(element.left, **kw), self.process(element.right, **kw)
        match = f"regexp_matches({left}, {right})"
        return match if operator.opstring == "~" else f"(not {match})"

    def render_literal_value(self, value: Any, type_: Any) -> str:
        """A literal as standard SQL has it: a backslash is a character like any other."""
        return SQLCompiler.render_literal_value(self, value, type_)


_TYPES: Mapping[str, Callable[[], sa.types.TypeEngine[Any]]] = {
    "BOOLEAN": sa.Boolean,
    "TINYINT": sa.SmallInteger,
    "SMALLINT": sa.SmallInteger,
    "INTEGER": sa.Integer,
    "BIGINT": sa.BigInteger,
    "HUGEINT": sa.BigInteger,
    "UTINYINT": sa.SmallInteger,
    "USMALLINT": sa.Integer,
    "UINTEGER": sa.BigInteger,
    "UBIGINT": sa.BigInteger,
    "FLOAT": sa.Float,
    "DOUBLE": sa.Double,
    "VARCHAR": sa.String,
    "DATE": sa.Date,
    "TIME": sa.Time,
    "TIMESTAMP": sa.DateTime,
    "TIMESTAMP WITH TIME ZONE": sa.TIMESTAMP,
    "UUID": sa.String,
    "BLOB": sa.LargeBinary,
    "INTERVAL": sa.Interval,
}


def column_type(name: str) -> sa.types.TypeEngine[Any]:
    """The SQLAlchemy type of a DuckDB type; text for what has none (lists, structs, enums)."""
    decimal = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", name)
    if decimal:
        return sa.Numeric(int(decimal[1]), int(decimal[2]))
    return _TYPES.get(name, sa.String)()


def _quoted(name: str) -> str:
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


# DuckDB reads `a.b` as schema a of the current database or as catalog a, and `b` alone as a
# temporary relation or one of the current schema. `$1` is the schema, or null.
_RELATIONS = """
with relations as (
    select database_name, schema_name, table_name as name, 'table' as kind from duckdb_tables()
    union all
    select database_name, schema_name, view_name, 'view' from duckdb_views() where not internal
)

select distinct name
from relations
where kind = $2
    and case
        when $1::varchar is null
            then
                database_name = 'temp'
                or (database_name = current_database() and schema_name = current_schema())
        else
            (database_name = current_database() and schema_name = $1)
            or (database_name = $1 and schema_name = 'main')
    end
order by name
"""


class DuckDBDialect(DefaultDialect):
    """What SQLAlchemy and Great Expectations ask of a dialect, answered from DuckDB's catalog."""

    name = "postgresql"
    driver = DRIVER
    statement_compiler = Compiler
    ddl_compiler = PGDDLCompiler
    type_compiler_cls = PGTypeCompiler
    preparer = PGIdentifierPreparer
    colspecs = PGDialect.colspecs
    default_paramstyle = "numeric_dollar"
    supports_statement_cache = True
    supports_server_side_cursors = False
    postfetch_lastrowid = False
    use_native_uuid = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """The driver: the shared connections of this module."""
        return _DBAPI

    def create_connect_args(self, url: sa.URL) -> Any:
        """The URL's path names the shared connection."""
        return [url.database], {}

    def initialize(self, connection: Any) -> None:
        """Take for granted what PostgreSQL would be asked."""
        self.server_version_info = (15, 0)
        self.default_schema_name = "main"

    def on_connect(self) -> None:
        """Nothing to prepare."""

    def do_begin(self, dbapi_connection: Any) -> None:
        """The owner of the connection begins transactions."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """An open connection of this process is there."""
        return True

    def get_isolation_level(self, dbapi_connection: Any) -> Any:
        """Each statement stands alone, as far as SQLAlchemy goes."""
        return "AUTOCOMMIT"

    def get_default_isolation_level(self, dbapi_conn: Any) -> Any:
        """The same."""
        return "AUTOCOMMIT"

    def get_schema_names(self, connection: Any, **kw: Any) -> list[str]:
        """Schemas of the current database, then attached catalogs."""
        sql = """
            select schema_name as name from duckdb_schemas()
            where database_name = current_database()
                and schema_name not in ('information_schema', 'pg_catalog')
            union
            select database_name from duckdb_databases() where not internal
            order by name
        """
        return [row[0] for row in connection.exec_driver_sql(sql).fetchall()]

    def _names(self, connection: Any, schema: str | None, kind: str) -> list[str]:
        rows = connection.exec_driver_sql(_RELATIONS, (schema, kind)).fetchall()
        return [row[0] for row in rows]

    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """Tables that DuckDB finds under this schema."""
        return self._names(connection, schema, "table")

    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """Views that DuckDB finds under this schema."""
        return self._names(connection, schema, "view")

    def has_table(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> bool:
        """Whether there is such a table or view."""
        return any(table_name in self._names(connection, schema, k) for k in ("table", "view"))

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """Names and types, in order; that a column is never empty is checked, not declared.

        Raises:
            sqlalchemy.exc.NoSuchTableError: there is no such table or view.
        """
        parts = [part for part in (schema, table_name) if part is not None]
        relation = ".".join(map(_quoted, parts))
        lent: Lent = connection.connection.dbapi_connection.lent
        try:
            columns = lent.columns(relation)
        except duckdb.CatalogException:
            raise NoSuchTableError(table_name) from None
        return [
            {"name": name, "type": column_type(kind), "nullable": True, "default": None}
            for name, kind in columns.items()
        ]

    def get_pk_constraint(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None: what must be unique is checked, not declared."""
        return {"name": None, "constrained_columns": []}

    def get_foreign_keys(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None, likewise."""
        return []

    def get_indexes(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None."""
        return []

    def get_unique_constraints(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None."""
        return []

    def get_check_constraints(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None."""
        return []

    def get_table_comment(self, connection: Any, table_name: str, *_: Any, **kw: Any) -> Any:
        """None: comments are no concern of checks."""
        return {"text": None}
