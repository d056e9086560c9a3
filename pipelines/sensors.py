"""When new files ask for a run: the landing folders, looked at every minute."""

import hashlib

import dagster as dg

from pipelines.jobs import JOB
from pipelines.resources import ProjectResource
from pipelines.settings import Project
from pipelines.storage.integrity import folder_state


def landing_state(project: Project) -> str:
    """A digest of names, sizes and times of everything that landed."""
    folders = [project.landing(source) for source in sorted(project.settings.sources)]
    return hashlib.sha256(repr(folder_state(folders)).encode()).hexdigest()


def landing_sensor() -> dg.SensorDefinition:
    """Start the daily job when landing changed and has then been still for one look.

    A log that never stops growing would otherwise start a run every minute: it is read by the
    schedule, or at the first quiet minute.
    """

    @dg.sensor(
        name="landing_sensor",
        job_name=JOB,
        minimum_interval_seconds=60,
        description="Runs the daily job when files landed and are no longer growing.",
    )
    def landed(
        context: dg.SensorEvaluationContext, project: ProjectResource
    ) -> dg.SensorResult | dg.SkipReason:
        state = landing_state(project.project())
        seen, _, done = (context.cursor or "").partition(":")
        if state == done:
            return dg.SkipReason("Nothing new in landing.")
        if state != seen:
            context.update_cursor(f"{state}:{done}")
            return dg.SkipReason("Landing changed; waiting until it is still.")
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=state)], cursor=f"{state}:{state}"
        )

    return landed
