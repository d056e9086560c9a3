"""What a model may say: only what gives the same rows on DuckDB and on Spark, run after run.

Functions are refused unless they are on the list: transpiled SQL differs in silence more often
than it fails. What needs an engine's own function becomes a macro in `macros.py`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.model import OPS_READ, SqlModel

if TYPE_CHECKING:
    from sqlglot import exp

_E = TypeVar("_E", bound="exp.Expr")
Found = Iterator[tuple["exp.Expr", str]]

_READS = {"core": ("staging", "core", "ops"), "marts": ("core", "marts", "ops")}
_LINEAGE = {"file_id", "line_no"}

# Classes of sqlglot.
_SAME_EVERYWHERE = {
    *("Abs", "Ceil", "Exp", "Floor", "Greatest", "Least", "Ln", "Pow", "Round", "Sign", "Sqrt"),
    *("And", "Case", "Coalesce", "Exists", "If", "Nullif", "Or"),
    *("Cast", "TryCast"),
    *("Count", "GroupConcat", "Grouping", "LogicalAnd", "LogicalOr", "Max", "Min", "Sum"),
    *("Contains", "EndsWith", "Left", "Length", "Lower", "MD5", "Pad", "Replace", "Right"),
    *("StartsWith", "Substring", "Trim", "Upper"),
    *(
        "Day",
        "Extract",
        "Hour",
        "Minute",
        "Month",
        "Quarter",
        "TimeToStr",
        "TimestampTrunc",
        "Year",
    ),
    *("DenseRank", "FirstValue", "Lag", "LastValue", "Lead", "Ntile", "PercentRank", "Rank"),
    "RowNumber",
}
_REMEDY = {
    "ArrayAgg": "lists lose their order and their NULLs on Spark; aggregate to rows",
    "Avg": "gives other types and other last digits; use ratio(sum(x), count(x))",
    "ArgMax": "treats NULLs differently; use row_number() over (... order by ...)",
    "ArgMin": "treats NULLs differently; use row_number() over (... order by ...)",
    "Concat": "treats NULLs differently; use || with coalesce()",
    "CurrentDate": "gives other rows tomorrow; read ops.feed_watermark",
    "CurrentTimestamp": "gives other rows tomorrow; read ops.feed_watermark",
    "DateBin": "use bucket15()",
    "DateDiff": "counts boundaries here and elapsed units there; use ms_between()",
    "DayOfWeek": "begins at another number; use iso_dow()",
    "DayOfWeekIso": "use iso_dow()",
    "GenerateSeries": "join to core.dim_interval or core.dim_date instead",
    "Median": "use percentile(x, 0.5)",
    "PercentileCont": "becomes an estimate on Spark; use percentile()",
    "PercentileDisc": "becomes an estimate on Spark; use percentile()",
    "TimeToUnix": "drops the fraction on Spark; use ms_between()",
    "Week": "use iso_week()",
    "WeekOfYear": "use iso_week()",
    "hash": "differs from engine to engine; use md5_key()",
    "now": "gives other rows tomorrow; read ops.feed_watermark",
}
_BANNED = {
    "AtTimeZone": "AT TIME ZONE is inverted on Spark; local days and times come with the rows, "
    "with staging and core.dim_interval",
    "Div": "division by zero differs; use ratio()",
    "Mod": "the remainder of zero and of negatives differs; leave it out",
    "Limit": "which rows come is chance; use row_number() with a full order",
    "Offset": "which rows come is chance; use row_number() with a full order",
    "TableSample": "which rows come is chance",
    "Pivot": "has no equal on Spark; aggregate with filter (where ...)",
    "Columns": "hides which columns are meant; name them",
    "Struct": "nested values differ; use columns",
    "Array": "nested values differ; use columns",
    "Bracket": "nested values differ; use columns",
    "Lambda": "nested values differ; use columns",
    "JSONExtract": "JSON differs; take it apart in the adapter",
    "JSONExtractScalar": "JSON differs; take it apart in the adapter",
    "SimilarTo": "regular expressions differ; use like",
    "RegexpLike": "regular expressions differ; use like",
}
_ORDERED = ("RowNumber", "Rank", "DenseRank", "Ntile", "PercentRank", "Lag", "Lead", "FirstValue")
_SNIPPET = 60
_TIME_FORMAT = re.compile(r"(%[YmdHMS]|[-: /.])+")


def lint(model: SqlModel, columns: Mapping[str, Mapping[str, str]] | None = None) -> list[str]:
    """Everything in a model that is not allowed: file, line, what, why and what to write instead.

    Args:
        model: the model.
        columns: columns and types of what it reads, as `warehouse_columns` gives them; with them
            also sums of DOUBLE, rounding casts and differences of days are found.

    Raises:
        ModelError: the SQL does not parse.
    """
    rules: tuple[Callable[[SqlModel], Found], ...] = (
        _relations,
        _functions,
        _constructs,
        _int_division,
        _joins_and_unions,
        _window_order,
        _arguments,
        _lineage_columns,
        _types,
        _build_window,
    )
    found = [message for rule in rules for message in rule(model)]
    if columns is not None:
        from pipelines.sql_models.lint_types import typed_findings

        found += typed_findings(model, columns)
    return [
        f"{model.origin}:{_line(model, node)}: `{_snippet(node)}`: {text}" for node, text in found
    ]


def _line(model: SqlModel, node: "exp.Expr") -> int:
    lines = [n.meta["line"] for n in node.walk() if "line" in n.meta]
    return model.first_line - 1 + min(lines, default=1)


def _snippet(node: "exp.Expr") -> str:
    text = node.sql(dialect="duckdb", comments=False)
    return text if len(text) <= _SNIPPET else f"{text[:_SNIPPET]}..."


def _kind(node: "exp.Expr") -> str:
    return type(node).__name__


def _all(model: SqlModel, kind: "type[_E]") -> "list[_E]":
    return [node for node in model.nodes if isinstance(node, kind)]


def _relations(model: SqlModel) -> Found:
    from sqlglot import exp

    ctes = {cte.alias_or_name for cte in _all(model, exp.CTE)}
    for table in _all(model, exp.Table):
        if not table.name or not isinstance(table.this, exp.Identifier):
            yield table, "table functions hide what is read; read staging, core, marts or ops"
        elif table.catalog:
            yield table, "write schema.table, without a catalog"
        elif not table.db and table.name not in ctes:
            yield table, "write schema.table; only common table expressions go without a schema"
        elif table.db and table.db not in _READS[model.schema_name]:
            allowed = ", ".join(_READS[model.schema_name])
            yield table, f"a model of {model.schema_name} reads {allowed} and nothing else"
        elif table.db == "ops" and table.name not in OPS_READ:
            yield table, f"of ops, models read {', '.join(OPS_READ)} and nothing else"


def _functions(model: SqlModel) -> Found:
    from sqlglot import exp

    for node in _all(model, exp.Func):
        anonymous = isinstance(node, exp.Anonymous)
        kind = node.name.lower() if anonymous else _kind(node)
        if kind not in (MACROS if anonymous else _SAME_EVERYWHERE | _BANNED.keys()):
            unknown = "not known to be the same on Spark; use another, or make it a macro"
            yield node, _REMEDY.get(kind, unknown)


def _constructs(model: SqlModel) -> Found:
    from sqlglot import exp

    for node in model.nodes:
        if reason := _BANNED.get(_kind(node)):
            yield node, reason
        elif isinstance(node, exp.With) and node.args.get("recursive"):
            yield node, "recursion has no equal on every Spark"
        elif isinstance(node, exp.Distinct) and node.args.get("on"):
            yield node, "which row stays is chance; use row_number() with a full order"


def _int_division(model: SqlModel) -> Found:
    from sqlglot import exp

    for node in _all(model, exp.IntDiv):
        by = node.expression
        if not (isinstance(by, exp.Literal) and not by.is_string and float(by.this) != 0):
            yield (
                node,
                "by zero NULL or an error; divide by a number written out, or use ratio()",
            )


def _joins_and_unions(model: SqlModel) -> Found:
    from sqlglot import exp

    for join in _all(model, exp.Join):
        if "ASOF" in (str(join.args.get("method") or "") + join.side + join.kind).upper():
            yield join, "asof has no equal on Spark; use a window or a range join"
        if (join.args.get("method") or "").upper() in {"NATURAL", "POSITIONAL"}:
            yield join, "name the columns to join on"
    for union in _all(model, exp.SetOperation):
        if union.args.get("by_name"):
            yield union, "by name has no equal on Spark; write the columns in one order"


def _window_order(model: SqlModel) -> Found:
    from sqlglot import exp

    for window in _all(model, exp.Window):
        inner = window.this
        while isinstance(inner, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
            inner = inner.this
        named = window.args.get("alias") or isinstance(window.parent, exp.Select)
        if _kind(inner) in {*_ORDERED, "LastValue"} and not window.args.get("order") and not named:
            yield window, "without an order its result is chance"


def _arguments(model: SqlModel) -> Found:
    from sqlglot import exp

    for node in _all(model, exp.GroupConcat):
        if not node.find(exp.Order):
            yield node, "without an order its result is chance"
    for node in _all(model, exp.Substring):
        start = node.args.get("start")
        if not isinstance(start, exp.Literal) or start.this == "0":
            yield node, "start must be a number from 1: zero and negatives differ"
    for node in _all(model, exp.TimeToStr):
        pattern = node.args.get("format")
        if not isinstance(pattern, exp.Literal) or not _TIME_FORMAT.fullmatch(pattern.this):
            yield node, "only %Y %m %d %H %M %S are the same on Spark"
    for node in _all(model, exp.TimestampTrunc):
        if not isinstance(node.parent, exp.Cast):
            yield node, "gives DATE here and TIMESTAMP there; put it inside cast(... as ...)"
    parts = {"YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE"}
    for node in _all(model, exp.Extract):
        if node.name.upper() not in parts:
            yield node, f"only {', '.join(sorted(parts)).lower()} are the same on Spark"


def _lineage_columns(model: SqlModel) -> Found:
    from sqlglot import exp

    for column in _all(model, exp.Column):
        if column.name.lower() in _LINEAGE:
            yield column, "file and line say where a row is from, not what it is: keep it out"


def _build_window(model: SqlModel) -> Found:
    reads = "ops.build_window" in model.reads
    if model.header.materialization == "daily" and not reads:
        yield model.query, "a daily model must keep to the days of ops.build_window"
    if model.header.materialization != "daily" and reads:
        yield model.query, "only a daily model is rebuilt for the days of ops.build_window"


def _types(model: SqlModel) -> Found:
    from sqlglot import exp

    odd = {"INT128", "UINT128", "UINT", "UBIGINT", "USMALLINT", "UTINYINT", "TIMESTAMPTZ"}
    for cast in _all(model, exp.Cast):
        if isinstance(cast.to.this, exp.DataType.Type) and cast.to.this.name in odd:
            yield cast, "a type that Spark does not have; use bigint, decimal or timestamp"
