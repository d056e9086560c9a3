"""A warehouse in memory with every relation and no rows: what binds, what columns there are.

It proves that all SQL binds and every column is described, and gives the types that the data
dictionary, the linter and column lineage need, without any project.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.sql_models.build import build_model
from pipelines.sql_models.contracts import create_empty, load_contracts
from pipelines.sql_models.macros import install_macros
from pipelines.sql_models.model import SqlModel

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def empty_inputs() -> "DuckDBPyConnection":
    """A connection in memory with macros, `ops` and every contract, and no model yet."""
    from pipelines.storage.duck import connect
    from pipelines.storage.ops import create_ops

    con = connect()
    con.execute("attach ':memory:' as staging")
    create_ops(con)
    install_macros(con)
    for contract in load_contracts().values():
        create_empty(con, contract)
    return con


def empty_warehouse(
    models: Iterable[SqlModel], *, glossary: Mapping[str, str] | None = None
) -> "DuckDBPyConnection":
    """A connection in memory with all models built on empty contracts.

    Args:
        models: from `load_models`, in that order.
        glossary: see `build_model`.

    Raises:
        ModelError: a column has no description.
        duckdb.Error: the SQL of a model does not bind.
    """
    con = empty_inputs()
    for model in models:
        build_model(con, model, glossary=glossary)
    return con


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
