"""Which columns each column is made from, read from the SQL; a help for people, never a gate.

sqlglot's own lineage follows one column at a time and took a minute for what one walk over the
scopes of a query does in a second.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.sql_models.lint_types import nested
from pipelines.sql_models.model import SqlModel

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

_log = logging.getLogger(__name__)

Origins = dict[str, list[tuple[str, str]]]
_Made = list[tuple[str, set[tuple[str, str]]]]


def column_lineage(
    models: Iterable[SqlModel], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Origins]:
    """For each relation, its columns and the (relation, column) pairs each is made from.

    Columns that decide which rows there are, in joins and conditions, are not among them. A model
    that cannot be followed is left out, with a line in the debug log.

    Args:
        models: the models wanted.
        columns: columns and types of what they read, as `warehouse_columns` gives them.
    """
    from sqlglot.schema import ensure_schema

    schema = ensure_schema(nested(columns), dialect="duckdb")
    found = {}
    for model in models:
        try:
            found[model.relation] = _of(model, schema)
        # Following arbitrary SQL through somebody else's optimizer may fail in any way.
        except Exception as error:
            _log.debug("no column lineage of %s: %s", model.relation, error)
    return found


def _of(model: SqlModel, schema: Any) -> Origins:
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import traverse_scope

    query = qualify(model.query.copy(), schema=schema, dialect="duckdb", quote_identifiers=False)
    known: dict[int, _Made] = {}
    made: _Made = []
    for scope in traverse_scope(query):
        made = known[id(scope)] = _of_scope(scope, known)
    return {name: sorted(origins) for name, origins in made}


def _of_scope(scope: "Scope", known: dict[int, _Made]) -> _Made:
    from sqlglot import exp

    if scope.set_operation_scopes:
        branches = [known[id(branch)] for branch in scope.set_operation_scopes]
        # Columns of a union meet by their place; the first branch names them.
        return [
            (places[0][0], set().union(*(origins for _, origins in places)))
            for places in zip(*branches, strict=True)
        ]
    if not isinstance(scope.expression, exp.Select):
        return []
    return [
        (projection.alias_or_name, _of_projection(projection, scope, known))
        for projection in scope.expression.selects
    ]


def _of_projection(
    projection: "exp.Expr", scope: "Scope", known: dict[int, _Made]
) -> set[tuple[str, str]]:
    from sqlglot import exp

    found: set[tuple[str, str]] = set()
    inner = {id(one.expression): one for one in scope.subquery_scopes}
    for node in projection.walk(prune=lambda n: isinstance(n, exp.Query)):
        if isinstance(node, exp.Query):
            query = node.unnest()
            made = known.get(id(inner.get(id(query))), [])
            found = found.union(*(origins for _, origins in made))
        elif isinstance(node, exp.Column):
            source = scope.sources.get(node.table)
            if isinstance(source, exp.Table):
                found.add((f"{source.db}.{source.name}", node.name))
            else:
                found |= dict(known.get(id(source), [])).get(node.name, set())
    return found
