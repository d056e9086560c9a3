"""The in-process runner: one job of the definitions, in this process, recorded in Dagster.

The same job that the schedule and the sensor start; what it tells meanwhile goes to
`pipelines.progress`.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import ExpectedError
from pipelines.jobs import BACKFILL_JOB, JOB
from pipelines.settings import PROJECT_VARIABLE, Project

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

_DAGSTER_YAML = """\
# Written by callmart. Nothing is sent anywhere; logs stay in this folder.
telemetry:
  enabled: false
nux:
  enabled: false
# Steps print nothing; to catch what they do not print takes four processes each.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: pipelines.event_log
  class: EventLog
  config:
    home: {env: DAGSTER_HOME}
"""
_INTERRUPTIONS = ("DagsterExecutionInterruptedError", "KeyboardInterrupt", "InterruptException")


@dataclass(frozen=True)
class RunResult:
    """How a run of the job ended."""

    run_id: str
    is_success: bool
    error: str | None
    """Text of the first failure, meant for a person where it was expected."""
    is_refusal: bool
    """A blocking check failed: nothing was published, the last publication stands."""
    fault: str | None = None
    """Of an error that nobody expected: where it was, as a traceback."""
    is_interrupted: bool = False
    """A person or the system stopped it; what it had published by then stands."""


def dagster_environment(project: Project) -> dict[str, str]:
    """Variables that point Dagster at the project; makes its home folder."""
    home = project.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")
    return {
        "DAGSTER_HOME": str(home),
        PROJECT_VARIABLE: str(project.root),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }


@contextmanager
def _environment(values: dict[str, str]) -> Generator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_project(
    project: Project,
    *,
    full: bool = False,
    from_day: str | None = None,
    to_day: str | None = None,
) -> RunResult:
    """Run the daily job, or the backfill job when days are given, to its end.

    A failed run raises nothing: the result says so.

    Raises:
        ModelError: a model or metric of the project's own is wrong; no run was started.
    """
    import warnings

    import dagster as dg

    with _environment(dagster_environment(project)):
        from pipelines.definitions import definitions

        name = BACKFILL_JOB if from_day or to_day else JOB
        config = {"full": full, "from_day": from_day, "to_day": to_day}
        run_config = {
            "ops": {"build": {"config": {k: v for k, v in config.items() if v is not None}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)
            job = definitions(with_columns=False).resolve_job_def(name)
            with dg.DagsterInstance.get() as instance:
                result = job.execute_in_process(
                    instance=instance, run_config=run_config, raise_on_error=False
                )
    return _result_of(result)


def _result_of(result: "ExecuteInProcessResult") -> RunResult:
    failures = [event for event in result.all_events if event.is_step_failure]
    if not failures:
        return RunResult(result.run_id, result.success, None, is_refusal=False)
    error = failures[0].step_failure_data.error
    cause = error.cause if error is not None and error.cause is not None else error
    if cause is None:
        return RunResult(result.run_id, False, "no reason was given", is_refusal=False)
    message = cause.message.strip()
    # In the middle of a query, DuckDB says so in an error of its own.
    if cause.cls_name in _INTERRUPTIONS or message == "RuntimeError: Query interrupted":
        return RunResult(result.run_id, False, None, is_refusal=False, is_interrupted=True)
    if cause.cls_name not in _names_under(ExpectedError):
        return RunResult(result.run_id, False, message, is_refusal=False, fault=str(cause))
    text = message.partition(": ")[2] or message
    return RunResult(result.run_id, False, text, cause.cls_name == "PublicationRefusedError")


def _names_under(kind: type[Exception]) -> set[str]:
    """Names of a class and of those made of it: of an error, Dagster keeps no more."""
    return {kind.__name__}.union(*map(_names_under, kind.__subclasses__()))
