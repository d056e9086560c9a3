"""Which columns each column is made from, read from the SQL; a help for people, never a gate."""

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.sql_models.lint_types import nested
from pipelines.sql_models.model import SqlModel

if TYPE_CHECKING:
    from sqlglot.lineage import Node

_log = logging.getLogger(__name__)

_LONGEST_SQL = 100_000
"""Longer queries are left out: generated ones take many seconds and say little."""

Origins = dict[str, list[tuple[str, str]]]


def column_lineage(
    models: Iterable[SqlModel], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Origins]:
    """For each relation, its columns and the (relation, column) pairs each is made from.

    A model that cannot be followed is left out, with a line in the debug log.

    Args:
        models: the models wanted.
        columns: columns and types of what they read, as `warehouse_columns` gives them.
    """
    schema = nested(columns)
    found = {}
    for model in models:
        if len(model.sql) > _LONGEST_SQL:
            continue
        try:
            found[model.relation] = _of(model, schema)
        # Following arbitrary SQL through somebody else's optimizer may fail in any way.
        except Exception as error:
            _log.debug("no column lineage of %s: %s", model.relation, error)
    return found


def _of(model: SqlModel, schema: dict[str, dict[str, dict[str, str]]]) -> Origins:
    from sqlglot.lineage import lineage

    nodes = lineage(None, model.query.copy(), schema=schema, dialect="duckdb", copy=False)
    return {name: _tables(node) for name, node in nodes.items()} if isinstance(nodes, dict) else {}


def _tables(root: "Node") -> list[tuple[str, str]]:
    from sqlglot import exp

    found = set()
    for node in root.walk():
        table = node.expression
        if isinstance(table, exp.Table) and table.db:
            found.add((f"{table.db}.{table.name}", node.name.rpartition(".")[2].strip('"')))
    return sorted(found)
