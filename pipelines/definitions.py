"""Everything Dagster shows, put together; no logic here.

Loaded through workspace.yaml (or `[tool.dg]`) from any folder. The project is found when a run
starts; only the schedule's hour and its own models are read from it here, and without one there
is a default hour.
"""

import dagster as dg

from assets.build import build_asset
from assets.raw import raw_assets
from assets.reports import report_assets
from pipelines.jobs import backfill_job, daily_job, delivery_job
from pipelines.resources import project_from_environment
from pipelines.schedules import daily_schedule, delivery_schedule
from pipelines.sensors import landing_sensor
from pipelines.settings import Project, Settings, SettingsError, load_project


def _project() -> Project | None:
    try:
        return load_project()
    except SettingsError:
        return None


def definitions(*, with_columns: bool) -> dg.Definitions:
    """Assets of every layer, the jobs, schedules and the sensor.

    Args:
        with_columns: also say each table's columns and what they are made from, for the page;
            that takes some seconds, which a run from the command line saves.
    """
    project = _project()
    settings = project.settings if project else Settings()
    build = build_asset(project, with_columns=with_columns)
    return dg.Definitions(
        assets=[*raw_assets(project), build, *report_assets()],
        jobs=[daily_job(), backfill_job(), delivery_job()],
        schedules=[s for s in (daily_schedule(settings), delivery_schedule(settings)) if s],
        sensors=[landing_sensor()],
        resources={"project": project_from_environment()},
        executor=dg.in_process_executor,
    )


@dg.definitions
def callmart() -> dg.Definitions:
    """What Dagster loads."""
    return definitions(with_columns=True)
