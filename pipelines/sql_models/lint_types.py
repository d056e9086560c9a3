"""The part of the linter that needs types: rounding casts, sums of DOUBLE, days apart."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.model import ModelError, SqlModel

if TYPE_CHECKING:
    from sqlglot import exp

_WHOLE = ("tinyint", "smallint", "int", "bigint", "int128", "boolean")
_FLOAT = ("float", "double")


def typed_query(model: SqlModel, columns: Mapping[str, Mapping[str, str]]) -> "exp.Expr":
    """A copy of a model's query with names qualified and types on every node.

    Raises:
        ModelError: a column or relation cannot be resolved.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.annotate_types import annotate_types
    from sqlglot.optimizer.qualify import qualify

    try:
        schema = nested({name: columns[name] for name in model.reads if name in columns})
        query = qualify(
            model.query.copy(), schema=schema, dialect="duckdb", quote_identifiers=False
        )
        for call in reversed(list(query.find_all(exp.Anonymous))):
            if macro := MACROS.get(call.name.lower()):
                call.replace(exp.cast(call.copy(), macro.returns, dialect="duckdb"))
        return annotate_types(query, schema, dialect="duckdb")
    except SqlglotError as error:
        raise ModelError(f"{model.origin}: {error}") from None


def nested(columns: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """`schema.table` -> columns, as sqlglot wants it: schema -> table -> columns."""
    found: dict[str, Any] = {}
    for relation, known in columns.items():
        schema, _, table = relation.partition(".")
        found.setdefault(schema, {})[table] = dict(known)
    return found


def typed_findings(
    model: SqlModel, columns: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple["exp.Expr", str]]:
    """What a model's types show to differ between engines or from run to run."""
    from sqlglot import exp

    for node in typed_query(model, columns).walk():
        if isinstance(node, exp.Sum) and node.this.is_type(*_FLOAT):
            yield node, "a sum of DOUBLE differs from run to run; sum whole numbers or DECIMAL"
        elif isinstance(node, exp.Sub) and _both(node, "date"):
            yield node, "days apart are a number here and an interval there; use ms_between()"
        elif isinstance(node, exp.Sub) and _both(node, "timestamp", "timestampntz"):
            yield node, "gives an interval; use ms_between()"
        elif isinstance(node, exp.Cast):
            yield from _cast(node)


def _both(node: "exp.Sub", *kinds: str) -> bool:
    return node.left.is_type(*kinds) and node.right.is_type(*kinds)


def _cast(cast: "exp.Cast") -> Iterator[tuple["exp.Expr", str]]:
    from sqlglot import exp

    rounded = isinstance(cast.this, exp.Round | exp.Floor | exp.Ceil)
    known = cast.this.type is not None and not cast.this.is_type("unknown", "null")
    if cast.to.is_type(*_WHOLE) and known and not cast.this.is_type(*_WHOLE) and not rounded:
        yield cast, "rounds here and truncates there; put round() or floor() inside"
    if cast.to.is_type("varchar", "text") and cast.this.is_type(*_FLOAT):
        yield cast, "DOUBLE is written differently; cast to decimal first"
