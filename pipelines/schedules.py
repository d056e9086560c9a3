"""When jobs run by themselves, in the centre's zone."""

import dagster as dg

from pipelines.jobs import DELIVERY_JOB, JOB
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


def delivery_schedule(settings: Settings) -> dg.ScheduleDefinition | None:
    """Each day, or Monday, at `delivery.at`; none where nothing is to be delivered."""
    delivery = settings.delivery
    if not delivery.is_configured:
        return None
    hour, minute = delivery.at.split(":")
    return dg.ScheduleDefinition(
        name="delivery_schedule",
        job_name=DELIVERY_JOB,
        cron_schedule=f"{int(minute)} {int(hour)} * * {'1' if delivery.every == 'week' else '*'}",
        execution_timezone=settings.centre.timezone,
        # Who wrote [delivery] has switched it on.
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Each {delivery.every} at {delivery.at}, {settings.centre.timezone} time.",
    )
