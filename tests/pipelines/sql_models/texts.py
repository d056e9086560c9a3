"""Short model files for tests."""

from pipelines.sql_models import SqlModel, parse_model
from pipelines.sql_models.loader import in_order, with_versions


def text_of(sql: str, *, kind: str = "table", grain: str = "a", columns: str = "{}") -> str:
    """A model file's text around a select."""
    return (
        f"/*---\ndescription: It's a test.\nowner: team:test\ngrain: [{grain}]\n"
        f"materialization: {kind}\ncolumns: {columns}\n---*/\n{sql}\n"
    )


def model(relation: str, sql: str, **header: str) -> SqlModel:
    """One model on its own, without a code version."""
    return parse_model(relation, text_of(sql, **header))


def versioned(*models: SqlModel) -> list[SqlModel]:
    """Models in order and with code versions, as the loader gives them."""
    return with_versions(in_order(models))
