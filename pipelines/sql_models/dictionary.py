"""The data dictionary: every table and column of a warehouse and every metric, as Markdown.

Made from the contracts, the headers, the comments that a build writes and the registry; nothing
is described here.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.sql_models.build import describe
from pipelines.sql_models.contracts import Contract, ContractColumn, load_contracts
from pipelines.sql_models.empty import empty_warehouse
from pipelines.sql_models.loader import load_glossary, load_models
from pipelines.sql_models.macros import MACROS
from pipelines.sql_models.model import SCHEMAS, Column, SqlModel

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LAYERS = {
    "core": "Facts and dimensions: one row for each thing that happened, with keys that fit.",
    "marts": "Ready to chart: sums by day and interval, and views that divide them.",
}


def data_dictionary(extra: Path | None = None) -> str:
    """Markdown of staging, core, marts, ops, macros and metrics.

    Args:
        extra: a project folder with additions of its own, as in `load_models`.

    Raises:
        ModelError: a model is wrong or a column has no description.
    """
    models = load_models(extra)
    glossary = load_glossary(extra)
    with empty_warehouse(models) as con:
        lines = [
            "# Data dictionary",
            "",
            "Made by `callmart` from its contracts, models and metrics. Instants (`_at`) are UTC.",
            *_staging(load_contracts().values()),
        ]
        for schema in SCHEMAS:
            lines += _section(schema, _LAYERS[schema])
            lines += [
                line
                for model in sorted(models, key=lambda m: m.relation)
                if model.schema_name == schema
                for line in _model(con, model, glossary)
            ]
        lines += _ops(con)
    lines += [*_macros(), *_metrics(extra)]
    return "\n".join(lines) + "\n"


def _section(title: str, words: str) -> list[str]:
    return ["", f"## {title}", "", words]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield ""
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def _staging(contracts: Iterable[Contract]) -> Iterator[str]:
    yield from _section(
        "staging",
        "What every source adapter delivers. It is kept in the lake, not in the published file.",
    )
    for contract in contracts:
        yield from ("", f"### {contract.relation}", "", contract.description, "")
        yield f"Key: {', '.join(contract.key)}."
        columns = contract.columns.items()
        yield from _table(
            ("column", "type", "meaning", "rules"),
            ((name, c.type, c.description, _contract_rules(c)) for name, c in columns),
        )


def _contract_rules(column: ContractColumn) -> str:
    rules = ["never empty"] if column.required else []
    rules += [f"one of {', '.join(column.allowed)}"] if column.allowed else []
    rules += [f"at least {column.minimum:g}"] if column.minimum is not None else []
    return "; ".join(rules)


def _model(
    con: "DuckDBPyConnection", model: SqlModel, glossary: Mapping[str, str]
) -> Iterator[str]:
    header = model.header
    yield from ("", f"### {model.relation}", "", header.description, "")
    kind = "View" if header.materialization == "view" else "Table"
    yield (
        f"{kind}. One row: {', '.join(header.grain)}. Owner: {header.owner}. "
        f"Made from {', '.join(sorted(model.reads)) or 'nothing'}."
    )
    types = {name: kind for name, kind, _ in _described(con, model.relation)}
    rows = (
        (name, types[name], text, _header_rules(header.columns.get(name)))
        for name, text in describe(model, types, glossary).items()
    )
    yield from _table(("column", "type", "meaning", "rules"), rows)


def _header_rules(column: Column | None) -> str:
    words = {
        "not_null": "never empty",
        "unique": "unique",
        "min": "at least {}",
        "max": "at most {}",
        "allowed": "one of {}",
        "references": "is in {}",
    }
    found = []
    for test in column.tests if column else ():
        value = ", ".join(test.value) if isinstance(test.value, tuple) else test.value
        found.append(words[test.kind].format(value))
    return "; ".join(found)


def _described(con: "DuckDBPyConnection", relation: str) -> list[tuple[str, str, str]]:
    schema, _, name = relation.partition(".")
    return con.execute(
        """
        select column_name, data_type, coalesce(comment, '') from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?
        order by column_index
        """,
        [schema, name],
    ).fetchall()


def _ops(con: "DuckDBPyConnection") -> Iterator[str]:
    from pipelines.storage.ops import comment_ops

    comment_ops(con)
    yield from _section("ops", "What was read, rebuilt, checked and published.")
    tables = con.execute(
        """
        select table_name, comment from duckdb_tables()
        where database_name = current_database() and schema_name = 'ops'
        union all
        select view_name, comment from duckdb_views()
        where database_name = current_database() and schema_name = 'ops'
        order by 1
        """
    ).fetchall()
    for name, comment in tables:
        yield from ("", f"### ops.{name}", "", comment)
        yield from _table(("column", "type", "meaning"), _described(con, f"ops.{name}"))


def _macros() -> Iterator[str]:
    yield from _section("macros", "Functions in the published file that models and queries use.")
    rows = (
        (f"{name}({', '.join(macro.parameters)})", macro.returns, macro.description)
        for name, macro in MACROS.items()
    )
    yield from _table(("call", "gives", "meaning"), rows)


def _metrics(extra: Path | None) -> Iterator[str]:
    from pipelines.sql_models.metrics import metric_definitions

    yield from _section("metrics", "Every number of the reports, as `marts.v_kpi_day` has it.")
    for row in _as_rows(metric_definitions(extra=extra)):
        yield from ("", f"### {row['metric_id']}", "", f"**{row['metric_name']}**. ")
        yield from (str(row["description"]), "", f"- Formula: {row['formula']}")
        yield f"- Unit: {row['unit']}; better is {row['direction']}"
        yield f"- Known for: {str(row['scopes']).replace(';', ', ')}"
        yield f"- Definition: {row['definition_source']}"


def _as_rows(definitions: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return sorted(definitions, key=lambda row: str(row["metric_id"]))
