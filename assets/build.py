"""The one asset that builds and publishes: every table of staging, core and marts, its checks.

It can't be subset. As separate steps, a re-execution from the failure published stale data as
success, and a subset claimed tables that were never published. Materialisations are told to
Dagster after the publication, never before.
"""

from collections.abc import Iterator

import dagster as dg

from assets.catalogue import PUBLICATION_KEY, check_specs, relation_specs
from assets.warehouse import Options, Outcome, PublicationRefusedError, refresh
from pipelines.progress import Built, Checked, Event, Note, listening
from pipelines.resources import ProjectResource
from quality_checks.result import CheckResult


class BuildConfig(dg.Config):
    """What to rebuild: what is dirty, a range of local days, or everything."""

    full: bool = False
    from_day: str | None = None
    to_day: str | None = None


def build_asset(*, with_columns: bool) -> dg.AssetsDefinition:
    """The build as a Dagster asset; the work is `assets.warehouse.refresh`.

    Args:
        with_columns: see `assets.catalogue.relation_specs`.
    """

    @dg.multi_asset(
        name="build",
        specs=relation_specs(with_columns=with_columns),
        check_specs=check_specs(),
        can_subset=False,
        description="Brings the warehouse up to date in a private copy, checks it, publishes it.",
    )
    def build(
        context: dg.AssetExecutionContext, config: BuildConfig, project: ProjectResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        options = Options(full=config.full, from_day=config.from_day, to_day=config.to_day)
        with listening(lambda event: _log(context, event)):
            try:
                outcome = refresh(project.project(), options, run_id=context.run_id)
            except PublicationRefusedError as refusal:
                yield from _check_results(refusal.checks)
                raise
        yield from _check_results(outcome.checks)
        yield from _materializations(outcome)

    return build


def _log(context: dg.AssetExecutionContext, event: Event) -> None:
    match event:
        case Built():
            context.log.info(f"{event.relation}: {event.rows:,} rows in {event.seconds:.2f} s")
        case Note():
            context.log.info(event.text)
        case Checked(is_passed=False):
            context.log.warning(f"{event.relation}.{event.name}: {event.detail}")
        case _:
            pass


def _check_results(checks: list[CheckResult]) -> Iterator[dg.AssetCheckResult]:
    for check in checks:
        severity = dg.AssetCheckSeverity.ERROR
        if check.severity != "critical" or check.is_waived:
            severity = dg.AssetCheckSeverity.WARN
        yield dg.AssetCheckResult(
            asset_key=check.relation.split("."),
            check_name=check.name,
            passed=check.is_passed,
            severity=severity,
            description=check.detail,
            metadata={
                "bad": check.n_bad or 0,
                "sql": dg.MetadataValue.md(f"```sql\n{check.failing_sql or ''}\n```"),
            },
        )


def _materializations(outcome: Outcome) -> Iterator[dg.MaterializeResult]:
    days = dg.MetadataValue.int(len(outcome.dirty_days))
    for built in outcome.built:
        yield dg.MaterializeResult(
            asset_key=built.relation.split("."),
            metadata={
                "dagster/row_count": built.rows,
                "seconds": built.seconds,
                "days_rebuilt": days,
                "publication": outcome.number,
            },
        )
    yield dg.MaterializeResult(
        asset_key=PUBLICATION_KEY,
        metadata={"publication": outcome.number, "is_new": outcome.is_new},
    )
