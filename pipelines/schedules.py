"""When the daily job runs by itself: once a day, in the centre's zone."""

import dagster as dg

from pipelines.jobs import JOB
from pipelines.settings import Settings


def daily_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Every day at `schedule.daily_at` in the centre's time zone; off until switched on."""
    hour, minute = settings.schedule.daily_at.split(":")
    return dg.ScheduleDefinition(
        name="daily_schedule",
        job_name=JOB,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=settings.centre.timezone,
        description=f"Daily at {settings.schedule.daily_at}, {settings.centre.timezone} time.",
    )
