"""A warehouse in memory with every relation and no rows: what binds, what columns there are.

It proves that all SQL binds, and gives the types that the data dictionary, the linter and column
lineage need, without any project.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipelines.sql_models.contracts import create_empty, load_contracts
from pipelines.sql_models.macros import install_macros
from pipelines.sql_models.model import SCHEMAS, SqlModel
from pipelines.storage.duck import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def empty_inputs() -> "DuckDBPyConnection":
    """A connection in memory with macros, `ops` and every contract, and no model yet."""
    from pipelines.storage.duck import connect
    from pipelines.storage.ops import create_ops

    # Nothing is there to be shared out among threads.
    con = connect(threads=1)
    con.execute("attach ':memory:' as staging")
    create_ops(con)
    install_macros(con)
    for contract in load_contracts().values():
        create_empty(con, contract)
    return con


def empty_warehouse(models: Iterable[SqlModel]) -> "DuckDBPyConnection":
    """A connection in memory with all models' relations and columns, and no rows.

    Tables are made as their SQL says when it is bound: to plan and run all of it takes four times
    as long.

    Args:
        models: from `load_models`, in that order.

    Raises:
        duckdb.Error: the SQL of a model does not bind.
    """
    con = empty_inputs()
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")
    for model in models:
        if model.header.materialization == "view":
            con.execute(f"create view {model.relation} as {model.sql}")
        else:
            con.execute(f"create table {model.relation} ({_columns(con, model)})")
    return con


def _columns(con: "DuckDBPyConnection", model: SqlModel) -> str:
    bound = con.sql(model.sql)
    columns = zip(bound.columns, bound.types, strict=True)
    return ", ".join(f"{identifier(name)} {kind}" for name, kind in columns)


def warehouse_columns(con: "DuckDBPyConnection") -> dict[str, dict[str, str]]:
    """Every relation of the default catalog and of `staging`: its columns' names and types."""
    found: dict[str, dict[str, str]] = {}
    rows = con.execute(
        """
        select
            case when database_name = 'staging' then 'staging' else schema_name end,
            table_name, column_name, data_type
        from duckdb_columns()
        where database_name in (current_database(), 'staging') and not internal
        order by 1, 2, column_index
        """
    ).fetchall()
    for schema, table, column, kind in rows:
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found
