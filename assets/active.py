"""Which relations a project can have rows in: what its sources deliver, and what is made of it.

Every relation is built, so that queries work the same everywhere. Those that stay empty are no
assets, and are neither checked nor built again.
"""

from collections.abc import Collection, Iterable

from assets.ingest.adapter import delivered_tables
from pipelines.settings import Project
from pipelines.sql_models import SqlModel, load_contracts, load_models
from pipelines.sql_models.loader import in_order
from pipelines.sql_models.model_files import own_files, shipped_files


def active_relations(project: Project | None, models: Iterable[SqlModel]) -> set[str]:
    """`schema.name` of staging tables and models with rows to expect; all of them of no project.

    Args:
        project: whose sources count.
        models: in order of building.

    Raises:
        SettingsError: what the project says about a source is wrong.
    """
    if project is None:
        return {f"staging.{table}" for table in load_contracts()} | {m.relation for m in models}
    return made_of({f"staging.{table}" for table in delivered_tables(project)}, models)


def made_of(relations: Iterable[str], models: Iterable[SqlModel]) -> set[str]:
    """The relations given, and every model that has rows to expect from them.

    A model has when any staging table it reads is among them; one that reads none, when any fact
    it reads is, or any dimension where it reads no fact.

    Args:
        relations: those with rows.
        models: in order of building.
    """
    active = set(relations)
    for model in models:
        staging = {name for name in model.reads if name.startswith("staging.")}
        others = {name for name in model.reads if name.startswith(("core.", "marts."))}
        facts = {name for name in others if not name.startswith("core.dim_")}
        driving = staging or facts or others
        if not driving or driving & active:
            active.add(model.relation)
    return active


def counted_facts(models: Iterable[SqlModel], active: Collection[str]) -> set[str]:
    """Names of the active facts that metrics count."""
    return {m.name for m in models if m.header.metrics and m.relation in active}


def project_models(project: Project | None) -> tuple[list[SqlModel], set[str]]:
    """The models that a project builds, and its active relations.

    The KPI marts hold the metrics of active facts alone; of all facts where none is active.

    Raises:
        ModelError: a model of the project's own is wrong.
        SettingsError: what the project says about a source is wrong.
    """
    if project is None:
        models = load_models()
        return models, active_relations(None, models)
    written = in_order([*shipped_files(), *own_files(project.root)])
    active = active_relations(project, written)
    models = load_models(project.root, facts=counted_facts(written, active) or None)
    return models, active_relations(project, models)
