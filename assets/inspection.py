"""Looking without building: what a run would do, and the checks on what is published."""

from dataclasses import dataclass, field

from assets.active import project_models
from assets.ingest.refresh import plan as plan_ingest
from pipelines import progress
from pipelines.settings import Project
from pipelines.storage.duck import connect, connect_published
from pipelines.storage.ops import create_ops
from pipelines.storage.reading import connect_with_staging
from quality_checks.result import CheckResult


@dataclass(frozen=True)
class Plan:
    """What a run would read and rebuild."""

    parts: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """Relations whose definition changed since they were built: they are rebuilt in full."""


def plan(project: Project) -> Plan:
    """What a run would do; nothing is written."""
    if not project.warehouse.exists():
        with connect() as con:
            create_ops(con)
            found = plan_ingest(con, project)
        return Plan(found.parts, found.messages)
    with connect_published(project) as con:
        found = plan_ingest(con, project)
        built = dict(con.execute("select relation, code_version from ops.model_state").fetchall())
    stale = [
        m.relation for m in project_models(project)[0] if built.get(m.relation) != m.code_version
    ]
    return Plan(found.parts, found.messages, stale)


def check_published(project: Project) -> list[CheckResult]:
    """Run every check on what the published warehouse can have rows in; nothing is written.

    Raises:
        PublicationError: nothing is published.
    """
    from quality_checks.runner import check_specs, run_checks

    _, active = project_models(project)
    specs = check_specs(extra_models=project.root)
    active |= {spec.relation for spec in specs if spec.relation.startswith("ops.")}
    with connect_with_staging(project) as con:
        return run_checks(
            con,
            relations=active,
            lake=project.lake,
            extra_models=project.root,
            on_result=tell_checked,
        )


def tell_checked(result: CheckResult) -> None:
    """Tell the listeners of a check's result."""
    progress.emit(
        progress.Checked(
            result.relation, result.name, result.severity, result.is_passed, result.detail
        )
    )
