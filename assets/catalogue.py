"""What Dagster shows of each relation: key, group, owner, SQL, columns, where they come from.

Descriptions of files, not of data: nothing here opens a warehouse.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from pipelines.settings import Project
from pipelines.sql_models import Contract, SqlModel, load_contracts, load_glossary
from pipelines.sql_models.build import describe
from pipelines.sql_models.empty import empty_warehouse, warehouse_columns
from pipelines.sql_models.lineage import column_lineage
from pipelines.storage.ops import table_description

CHECK_NAMES = {"critical": "must_hold", "warning": "should_hold"}
PUBLICATION_KEY = dg.AssetKey(["ops", "publication"])


def asset_key(relation: str) -> dg.AssetKey:
    """`schema.name` as an asset key."""
    return dg.AssetKey(relation.split("."))


def relation_specs(
    project: Project | None,
    models: list[SqlModel],
    active: set[str],
    *,
    with_columns: bool,
) -> list[dg.AssetSpec]:
    """Specs of staging tables, models and of the publication.

    Args:
        project: whose sources and checks count; all kinds of source without one.
        models: of the project, as `assets.active.project_models` gives them.
        active: the relations that are assets: those that the project can have rows in.
        with_columns: with the models' column schemas and lineage, which take seconds.
    """
    from assets.raw import raw_keys

    raw = raw_keys(project)
    staging = [
        _staging_spec(contract, raw)
        for contract in load_contracts().values()
        if contract.relation in active
    ]
    columns = _column_metadata(models, load_glossary(_root(project))) if with_columns else {}
    models = [model for model in models if model.relation in active]
    accounts = [_account_spec(relation) for relation in sorted(_accounts(project))]
    published = dg.AssetSpec(
        PUBLICATION_KEY,
        deps=[asset_key(model.relation) for model in models],
        group_name="ops",
        kinds={"duckdb"},
        owners=["team:callmart"],
        description="The published warehouse: a checked, complete, immutable file.",
    )
    built = [_model_spec(model, active, columns.get(model.relation, {})) for model in models]
    return [*staging, *accounts, *built, published]


def _root(project: Project | None) -> Path | None:
    return project.root if project is not None else None


def _accounts(project: Project | None) -> set[str]:
    """Relations of `ops` that checks are about."""
    from quality_checks.runner import check_specs as specs

    found = specs(extra_models=_root(project))
    return {spec.relation for spec in found if spec.relation.startswith("ops.")}


def _account_spec(relation: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(relation),
        group_name="ops",
        kinds={"duckdb"},
        owners=["team:callmart"],
        description=table_description(relation.removeprefix("ops.")),
        skippable=True,
    )


def _staging_spec(contract: Contract, raw: list[dg.AssetKey]) -> dg.AssetSpec:
    columns = [
        dg.TableColumn(name, column.type, description=column.description)
        for name, column in contract.columns.items()
    ]
    return dg.AssetSpec(
        asset_key(contract.relation),
        deps=raw,
        group_name="staging",
        kinds={"parquet"},
        owners=["team:callmart"],
        description=contract.description,
        skippable=True,
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns)},
    )


def _model_spec(model: SqlModel, active: set[str], columns: dict[str, object]) -> dg.AssetSpec:
    metadata: dict[str, object] = {"dagster/relation_identifier": model.relation, **columns}
    if model.path is not None:
        metadata["dagster/code_references"] = _code_reference(model.path)
    deps = [asset_key(name) for name in sorted(model.reads & active)]
    return dg.AssetSpec(
        asset_key(model.relation),
        deps=deps,
        group_name=model.schema_name,
        kinds={"duckdb", "sql"},
        owners=[model.header.owner] if model.header.owner else None,
        code_version=model.code_version,
        skippable=True,
        description=f"{model.header.description}\n\n```sql\n{model.sql}\n```",
        metadata=metadata,
    )


def _code_reference(path: Path) -> dg.CodeReferencesMetadataValue:
    with warnings.catch_warnings():
        # In beta for two years; the page works without it, should it go.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.CodeReferencesMetadataValue(
            code_references=[dg.LocalFileCodeReference(file_path=str(path))]
        )


def _column_metadata(
    models: list[SqlModel], glossary: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Column schema and lineage of each model; lineage is best effort and may be missing."""
    with empty_warehouse(models) as con:
        columns = warehouse_columns(con)
    # The generated marts sum and divide columns of the same name: there is nothing to follow, and
    # to follow it takes longer than all other models together.
    origins = column_lineage([model for model in models if model.path is not None], columns)
    return {
        model.relation: {
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(name, columns[model.relation][name], description=text)
                    for name, text in describe(model, columns[model.relation], glossary).items()
                ]
            ),
            "dagster/column_lineage": dg.TableColumnLineage(
                {
                    name: [dg.TableColumnDep(asset_key(table), column) for table, column in pairs]
                    for name, pairs in origins.get(model.relation, {}).items()
                }
            ),
        }
        for model in models
    }


def check_specs(project: Project | None, active: set[str]) -> list[dg.AssetCheckSpec]:
    """Two checks a relation: what must hold, which blocks publication, and what should.

    Each stands for all single checks of the relation and severity, which `ops.check_result` and
    the report list one by one. As hundreds of Dagster checks they cost more than the whole build:
    each is planned, stored and committed on its own.

    Args:
        project: whose own models declare checks too.
        active: the relations that are assets.
    """
    from quality_checks.runner import check_specs as specs

    grouped: dict[tuple[str, str], list[str]] = {}
    for spec in specs(extra_models=_root(project)):
        if spec.relation not in active and not spec.relation.startswith("ops."):
            continue
        grouped.setdefault((spec.relation, spec.severity), []).append(spec.description)
    return [
        dg.AssetCheckSpec(
            name=CHECK_NAMES[severity],
            asset=asset_key(relation),
            blocking=severity == "critical",
            description="\n".join(f"* {text}" for text in descriptions),
        )
        for (relation, severity), descriptions in grouped.items()
    ]
