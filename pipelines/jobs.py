"""The jobs: bring everything up to date, or rebuild a range of days."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

JOB = "daily"
BACKFILL_JOB = "backfill"


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
