"""The one asset that builds and publishes: every table of staging, core and marts, its checks.

It can't be subset. As separate steps, a re-execution from the failure published stale data as
success, and a subset claimed tables that were never published. Materialisations are told to
Dagster after the publication, never before.
"""

from collections.abc import Iterator

import dagster as dg

from assets.active import project_models
from assets.catalogue import CHECK_NAMES, PUBLICATION_KEY, check_specs, relation_specs
from assets.warehouse import Options, Outcome, PublicationRefusedError, refresh
from pipelines.progress import Built, Checked, Event, Note, listening
from pipelines.resources import ProjectResource
from pipelines.settings import Project
from quality_checks.result import CheckResult


class BuildConfig(dg.Config):
    """What to rebuild: what is dirty, a range of local days, or everything."""

    full: bool = False
    from_day: str | None = None
    to_day: str | None = None


def build_asset(project: Project | None = None, *, with_columns: bool) -> dg.AssetsDefinition:
    """The build as a Dagster asset; the work is `assets.warehouse.refresh`.

    Args:
        project: whose own models are built too.
        with_columns: see `assets.catalogue.relation_specs`.
    """
    models, active = project_models(project)

    @dg.multi_asset(
        name="build",
        specs=relation_specs(project, models, active, with_columns=with_columns),
        check_specs=check_specs(project, active),
        can_subset=False,
        description="Brings the warehouse up to date in a private copy, checks it, publishes it.",
    )
    def build(
        context: dg.AssetExecutionContext, config: BuildConfig, project: ProjectResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        options = Options(full=config.full, from_day=config.from_day, to_day=config.to_day)
        with listening(lambda event: _log(context, event)):
            try:
                outcome = refresh(project.project(), options, run_id=context.run.run_id)
            except PublicationRefusedError as refusal:
                yield from _check_results(refusal.checks)
                raise
        yield from _check_results(outcome.checks)
        yield from _materializations(outcome)

    return build


def _log(context: dg.AssetExecutionContext, event: Event) -> None:
    match event:
        case Built():
            what = "a view" if event.rows is None else f"{event.rows:,} rows"
            context.log.info(f"{event.relation}: {what} in {event.seconds:.2f} s")
        case Note():
            context.log.info(event.text)
        case Checked(is_passed=False):
            context.log.warning(f"{event.relation}.{event.name}: {event.detail}")
        case _:
            pass


def _check_results(checks: list[CheckResult]) -> Iterator[dg.AssetCheckResult]:
    grouped: dict[tuple[str, str], list[CheckResult]] = {}
    for check in checks:
        grouped.setdefault((check.relation, check.severity), []).append(check)
    for (relation, severity), results in grouped.items():
        bad = [check for check in results if not check.is_passed]
        blocking = [check for check in bad if check.is_blocking]
        yield dg.AssetCheckResult(
            asset_key=relation.split("."),
            check_name=CHECK_NAMES[severity],
            passed=not bad,
            severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
            description="\n".join(f"{check.name}: {check.detail}" for check in bad)
            or f"all {len(results)} hold",
            metadata=_findings(bad),
        )


def _findings(bad: list[CheckResult]) -> dict[str, dg.MetadataValue]:
    if not bad:
        return {}
    records = [
        dg.TableRecord(
            {
                "check": check.name,
                "bad": check.n_bad or 0,
                "found": check.detail,
                "accepted": check.is_waived,
                "sql": check.failing_sql or "",
            }
        )
        for check in bad
    ]
    return {"failed": dg.MetadataValue.table(records=records)}


def _materializations(outcome: Outcome) -> Iterator[dg.MaterializeResult]:
    days = dg.MetadataValue.int(len(outcome.dirty_days))
    for built in outcome.built:
        yield dg.MaterializeResult(
            asset_key=built.relation.split("."),
            metadata={
                **({} if built.rows is None else {"dagster/row_count": built.rows}),
                "seconds": built.seconds,
                "days_rebuilt": days,
                "publication": outcome.number,
            },
        )
    yield dg.MaterializeResult(
        asset_key=PUBLICATION_KEY,
        metadata={"publication": outcome.number, "is_new": outcome.is_new},
    )
