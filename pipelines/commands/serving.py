"""`ui`: Dagster's page and daemon on one project."""

import os
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

import typer

from pipelines.commands.errors import UsageError
from pipelines.run import dagster_environment
from pipelines.settings import load_project


def _dagster() -> str:
    beside = Path(sys.executable).with_name("dagster")
    found = str(beside) if beside.exists() else shutil.which("dagster")
    if found is None:
        raise UsageError("the dagster command is missing; install callmart again.")
    return found


def ui(folder: Path | None, *, port: int) -> int:
    """Run `dagster dev` for the project until it is stopped; returns its exit code.

    Its working directory is the installed package's, so that a `models` or `reports` folder
    of the user's own is never imported instead of ours.
    """
    project = load_project(folder)
    # Dagster warns of commands of its own that it has renamed; nobody here can act on it.
    environment = {**os.environ, **dagster_environment(project), "PYTHONWARNINGS": "ignore"}
    with as_file(files("pipelines")) as package:
        command = [_dagster(), "dev", "-m", "pipelines.definitions", "-p", str(port)]
        typer.echo(f"Dagster for {project.root}: http://127.0.0.1:{port} (Ctrl-C stops it)")
        try:
            return subprocess.run(  # noqa: S603  our own command, no shell
                command, env=environment, cwd=package.parent, check=False
            ).returncode
        except KeyboardInterrupt:
            return 0
