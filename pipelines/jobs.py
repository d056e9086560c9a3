"""The jobs: bring everything up to date, rebuild a range of days, deliver what is over."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.resources import ProjectResource

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

JOB = "daily"
BACKFILL_JOB = "backfill"
DELIVERY_JOB = "deliver"
_TRIES, _PAUSE_S = 6, 600
"""An hour: for a run that publishes late, and a server that is away."""


def daily_job() -> "UnresolvedAssetJobDefinition":
    """Read what landed, rebuild what it touches, check, publish, report."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Read new files, rebuild the days they touch, check, publish, report.",
    )


def backfill_job() -> "UnresolvedAssetJobDefinition":
    """The same work for a range of days given in its configuration (`from_day`, `to_day`)."""
    return dg.define_asset_job(
        BACKFILL_JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        config={"ops": {"build": {"config": {"from_day": "2026-01-01", "to_day": "2026-01-31"}}}},
        description="Rebuild the days from_day to to_day of the build's configuration.",
    )


def delivery_job() -> dg.JobDefinition:
    """Send the summary of the last day or week that is over, once for each publication."""

    @dg.op(
        name="deliver_summary",
        retry_policy=dg.RetryPolicy(max_retries=_TRIES, delay=_PAUSE_S),
        description="Compose the summary from the published report, send it, note it.",
    )
    def deliver_summary(context: dg.OpExecutionContext, project: ProjectResource) -> None:
        from pipelines.delivery.content import newest_span
        from pipelines.delivery.deliver import deliver

        target = project.project()
        span = newest_span(target, datetime.now(UTC))
        for outcome in deliver(target, span):
            context.log.info(f"{span.name} {outcome.channel}: {outcome.text}")

    @dg.job(
        name=DELIVERY_JOB,
        executor_def=dg.in_process_executor,
        description="Send the summary of the last day or week that is over.",
    )
    def job() -> None:
        deliver_summary()

    return job
