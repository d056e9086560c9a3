"""The SQL models: read `models/`, check, order, build and describe them.

Holds the header of a model file, the contracts of staging, the portable macros and what they are
on each engine, the linter, the builder, lineage and the data dictionary, and the registry of
metrics with the SQL made from it. Holds no model: those are files in `models/`.
"""

from pipelines.sql_models.build import Built, Window, build_model, create_schemas, drop_unknown
from pipelines.sql_models.contracts import Contract, create_empty, load_contracts
from pipelines.sql_models.empty import empty_warehouse, warehouse_columns
from pipelines.sql_models.lineage import column_lineage
from pipelines.sql_models.lint import lint
from pipelines.sql_models.loader import load_glossary, load_models
from pipelines.sql_models.macros import install_macros
from pipelines.sql_models.model import Column, ColumnTest, Header, ModelError, SqlModel, parse_model
from pipelines.sql_models.spark import to_spark

__all__ = [
    "Built",
    "Column",
    "ColumnTest",
    "Contract",
    "Header",
    "ModelError",
    "SqlModel",
    "Window",
    "build_model",
    "column_lineage",
    "create_empty",
    "create_schemas",
    "drop_unknown",
    "empty_warehouse",
    "install_macros",
    "lint",
    "load_contracts",
    "load_glossary",
    "load_models",
    "parse_model",
    "to_spark",
    "warehouse_columns",
]
