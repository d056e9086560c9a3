"""A last look at a finished warehouse file, read back from the disk under another name."""

from pathlib import Path

import duckdb

from pipelines.settings import Project
from pipelines.storage.duck import connect_for, identifier, literal
from pipelines.storage.errors import PublicationError

Seen = dict[str, tuple[int, int | None]]
"""Rows of each table, and a combined hash of its first column, which has to be read for it."""


def tables_seen(con: duckdb.DuckDBPyConnection) -> Seen:
    """What queries see of each table of the current catalog at this moment."""
    tables = con.execute(
        """
        select t.schema_name, t.table_name, c.column_name
        from duckdb_tables() as t
        join duckdb_columns() as c
            on c.database_oid = t.database_oid and c.table_oid = t.table_oid
        where t.database_name = current_database()
            and not t.internal and not t.temporary and c.column_index = 1
        order by all
        """
    ).fetchall()
    seen: Seen = {}
    for schema, table, column in tables:
        row = con.execute(
            f"select count(*), bit_xor(hash({identifier(column)})) "
            f"from {identifier(schema)}.{identifier(table)}"
        ).fetchone()
        seen[f"{schema}.{table}"] = (0, None) if row is None else (row[0], row[1])
    return seen


def read_back(project: Project, path: Path) -> Seen:
    """Open a closed file read-only, read every table and bind every view, some within others.

    It is attached under another name, so that a view which names its catalog, or one that is not
    in the file (such as staging), is found here and not by the first reader.

    Raises:
        PublicationError: something in it cannot be read.
    """
    con = connect_for(project)
    try:
        _attach(con, path)
        con.execute("use callmart_look")
        _bind_views(con)
        return tables_seen(con)
    except duckdb.Error as error:
        raise PublicationError(f"{path.name} cannot be read back: {error}") from error
    finally:
        con.close()


def _attach(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        con.execute(f"attach {literal(str(path))} as callmart_look (read_only)")
    except duckdb.BinderException as error:
        raise PublicationError(
            f"another connection to {path.name} is still open in this process; it has to be "
            f"closed before publication ({error})."
        ) from error


def _bind_views(con: duckdb.DuckDBPyConnection) -> None:
    # A view that another one reads is bound with it.
    views = con.execute(
        """
        with shown as (
            select schema_name, view_name, sql from duckdb_views()
            where database_name = current_database() and not internal
        )

        select v.schema_name, v.view_name
        from shown as v
        where not exists (
            select 1 from shown as o
            where (o.schema_name, o.view_name) <> (v.schema_name, v.view_name)
                and regexp_matches(o.sql, '\\b' || v.schema_name || '\\.' || v.view_name || '\\b')
        )
        order by all
        """
    ).fetchall()
    for schema, view in views:
        try:
            # A relation is bound when it is made, and neither optimised nor run.
            con.sql(f"from {identifier(schema)}.{identifier(view)}")
        except duckdb.Error as error:
            raise PublicationError(
                f"view {schema}.{view} works only inside the run, not in the published file: "
                f"{error}"
            ) from error
