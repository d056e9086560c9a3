"""The same models as Spark SQL: macros replaced by what they are there, then transpiled.

What passes the linter gives the same rows there, in a session with
`spark.sql.timestampType = TIMESTAMP_NTZ` and `spark.sql.session.timeZone = UTC`.
"""

from typing import TYPE_CHECKING

from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.model import ModelError

if TYPE_CHECKING:
    from sqlglot import exp


def to_spark(sql: str) -> str:
    """A model's SQL in Spark's words.

    Args:
        sql: one statement as models write it.

    Raises:
        ModelError: it does not parse, Spark has no equal, or a macro has wrong arguments.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel, ParseError, UnsupportedError

    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
        # Inner calls first: an outer call copies its arguments.
        for call in reversed(list(tree.find_all(exp.Anonymous))):
            if call.name.lower() not in MACROS:
                continue
            expanded = _expanded(call)
            if call is tree:
                tree = expanded
            else:
                call.replace(expanded)
        return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE, pretty=True)
    except (ParseError, UnsupportedError) as error:
        raise ModelError(f"cannot be written for Spark: {error}") from None


def _expanded(call: "exp.Anonymous") -> "exp.Expr":
    import sqlglot
    from sqlglot import exp

    macro = MACROS[call.name.lower()]
    if len(call.expressions) != len(macro.parameters):
        raise ModelError(
            f"{call.sql(dialect='duckdb')}: {call.name} takes {', '.join(macro.parameters)}"
        )
    arguments = dict(zip(macro.parameters, call.expressions, strict=True))
    body = sqlglot.parse_one(macro.spark, read="spark")
    for mark in list(body.find_all(exp.Placeholder)):
        argument = arguments[mark.name].copy()
        mark.replace(argument if _is_simple(argument) else exp.Paren(this=argument))
    return exp.Paren(this=body) if isinstance(body, exp.Binary) else body


def _is_simple(node: "exp.Expr") -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Column | exp.Literal | exp.Paren | exp.Func | exp.Null)
