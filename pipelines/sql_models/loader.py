"""All models in the order in which they must be built: those shipped, generated and local."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipelines.sql_models.contracts import load_contracts
from pipelines.sql_models.kpi_sql import generated_models
from pipelines.sql_models.macros import macros_version
from pipelines.sql_models.model import OPS_READ, ModelError, SqlModel, digest
from pipelines.sql_models.model_files import own_files, shipped_files
from pipelines.sql_models.syntax import parse_all
from pipelines.yaml_text import YAMLError, read_yaml


def load_models(
    extra: Path | None = None, *, facts: Collection[str] | None = None
) -> list[SqlModel]:
    """Every model, what it reads before it; the order is the same each time.

    Args:
        extra: a project folder with additions of its own: `models/core/*.sql`,
            `models/marts/*.sql`, `models/_glossary.yml`, `metrics/*.yml`.
        facts: names of the facts whose metrics the KPI marts hold; all when left out. Facts that
            stay empty would cost every build of the marts a second.

    Raises:
        ModelError: a file is wrong, a name is taken twice, a read is unknown or circular.
    """
    local = list(own_files(extra))
    known = None if facts is None else frozenset(facts)
    if not local and (extra is None or not (extra / "metrics").is_dir()):
        return list(_only_shipped(known))
    _hold_to_rules(local)
    generated = generated_models(extra, facts=known)
    return with_versions(in_order([*shipped_files(), *generated, *local]))


@lru_cache(maxsize=4)
def _only_shipped(facts: frozenset[str] | None) -> tuple[SqlModel, ...]:
    generated = generated_models(facts=facts)
    return tuple(with_versions(in_order([*shipped_files(), *generated])))


def _hold_to_rules(models: Iterable[SqlModel]) -> None:
    """Lint what a project adds; shipped models are linted by the tests."""
    from pipelines.sql_models.lint import lint

    findings = [finding for model in models for finding in lint(model)]
    if findings:
        raise ModelError("\n".join(findings))


def load_glossary(extra: Path | None = None) -> dict[str, str]:
    """Description of each column name, whatever table it is in.

    Args:
        extra: a project folder; its `models/_glossary.yml` adds names and wins.

    Raises:
        ModelError: a glossary is not a mapping of names to texts.
    """
    own = {} if extra is None else _read_glossary(extra / "models" / "_glossary.yml")
    return _shipped_glossary() | own


@lru_cache(maxsize=1)
def _shipped_glossary() -> dict[str, str]:
    import models

    return _read_glossary(files(models) / "_glossary.yml")


def _read_glossary(file: Traversable) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        given = read_yaml(file.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise ModelError(f"{file}: not YAML: {error}") from None
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise ModelError(f"{file}: must map each column name to one text")
    return given


def in_order(models: Iterable[SqlModel]) -> list[SqlModel]:
    """Sort models so that each comes after those it reads, by name where that leaves a choice.

    Raises:
        ModelError: a name is taken twice, or models read each other in a circle.
    """
    known: dict[str, SqlModel] = {}
    models = list(models)
    parse_all(model.sql for model in models)
    for model in models:
        if model.relation in known:
            first = known[model.relation].origin
            raise ModelError(f"{model.origin}: {model.relation} exists already in {first}")
        known[model.relation] = model
    sorter = TopologicalSorter({name: model.reads & known.keys() for name, model in known.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise ModelError(
            f"models read each other in a circle: {' -> '.join(error.args[1])}"
        ) from None
    ordered: list[SqlModel] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [known[name] for name in ready]
        sorter.done(*ready)
    return ordered


def _ops_version(table: str) -> str:
    from pipelines.storage.ops import table_columns

    return digest(str(table_columns(table)))


def with_versions(ordered: Iterable[SqlModel]) -> list[SqlModel]:
    """Give each model a code version that covers its SQL, the macros and all it reads.

    Raises:
        ModelError: a model reads a relation that nothing makes.
    """
    versions = {contract.relation: contract.version for contract in load_contracts().values()}
    versions |= {f"ops.{table}": _ops_version(table) for table in OPS_READ}
    base = macros_version()
    done: list[SqlModel] = []
    for model in ordered:
        unknown = sorted(model.reads - versions.keys())
        if unknown:
            raise ModelError(
                f"{model.origin}: reads {', '.join(unknown)}, which is no contract, no model and "
                "none of the tables of ops for models; write schema.table as it is spelled there"
            )
        read = (f"{relation} {versions[relation]}" for relation in sorted(model.reads))
        versions[model.relation] = digest(base, model.own_version, *read)
        done.append(replace(model, code_version=versions[model.relation]))
    return done
