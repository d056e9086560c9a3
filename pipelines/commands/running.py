"""`run`, `backfill`, `check`, `report`: work on the warehouse, shown while it happens."""

import time
import webbrowser
from pathlib import Path

import typer
from rich.console import Console

from pipelines import progress
from pipelines.commands.errors import INTERRUPTED, PUBLISHED, REFUSED, WRONG, UsageError
from pipelines.commands.live import LiveTable
from pipelines.errors import FaultError
from pipelines.languages import check_language
from pipelines.settings import Project, SettingsError, load_project


def _day(text: str, option: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{option}: {text!r} is not a day; write it as 2026-01-31.") from None


def run(
    folder: Path | None,
    *,
    full: bool = False,
    from_day: str | None = None,
    to_day: str | None = None,
) -> int:
    """Run the job with a live table; returns the exit code of `pipelines.commands.errors`.

    Raises:
        FaultError: the run met an error that nobody expected.
    """
    project = load_project(folder)
    days = {}
    if from_day is not None and to_day is not None:
        days = {"from_day": _day(from_day, "--from"), "to_day": _day(to_day, "--to")}
        if days["from_day"] > days["to_day"]:
            raise UsageError("--from is after --to.")
    console = Console()
    started = time.monotonic()
    with console.status("starting ..."):
        from pipelines.run import run_project
    with LiveTable(console) as table, progress.listening(table.show):
        result = run_project(project, full=full, **days)
    if result.is_success:
        _say_published(project, console, time.monotonic() - started)
        return PUBLISHED
    if result.is_interrupted:
        console.print(
            "\nInterrupted: nothing that was not published yet counts. What was read is not read "
            "again by the next `callmart run`."
        )
        return INTERRUPTED
    if result.fault is not None:
        raise FaultError(result.error) from RuntimeError(result.fault)
    console.print(f"\n[red]{'Refused' if result.is_refusal else 'Failed'}.[/]", highlight=False)
    console.print(result.error or "no reason given", markup=False, highlight=False)
    if result.is_refusal:
        console.print("The last publication stands. `callmart status` shows it.")
        return REFUSED
    return WRONG


def _say_published(project: Project, console: Console, seconds: float) -> None:
    from pipelines.storage.publication import Store

    current = Store(project).current()
    if current is None:
        raise UsageError("the run ended well but nothing is published; run `callmart doctor`.")
    console.print(
        f"\n[green]Publication {current.number}[/] is current, after {seconds:.1f} s.",
        highlight=False,
    )
    console.print(
        f"  warehouse  {project.warehouse}", markup=False, highlight=False, soft_wrap=True
    )
    index = project.reports / "index.html"
    console.print(f"  report     {index}", markup=False, highlight=False, soft_wrap=True)


def dry_run(folder: Path | None) -> int:
    """Say what a run would read and rebuild."""
    project = load_project(folder)
    from assets.inspection import plan

    found = plan(project)
    typer.echo(f"{len(found.parts)} file part(s) to read:")
    for part in found.parts:
        typer.echo(f"  {part}")
    for message in found.messages:
        typer.echo(f"  note: {message}")
    if found.stale:
        typer.echo(f"{len(found.stale)} relation(s) have a new definition and are rebuilt in full:")
        for relation in found.stale:
            typer.echo(f"  {relation}")
    if found.parts:
        typer.echo("The days these lines touch are rebuilt.")
    elif not found.stale:
        typer.echo("Nothing new.")
    return PUBLISHED


def accept(folder: Path | None, checks: list[str], reason: str | None, until: str | None) -> None:
    """Write waivers for the checks named `schema.table.check`.

    Raises:
        UsageError: no reason or no last day is given, or a check is unknown.
    """
    if not checks:
        return
    if not reason or not until:
        raise UsageError("--accept needs --reason TEXT and --until YYYY-MM-DD.")
    from datetime import date

    from pipelines.storage.run_log import RunLog
    from quality_checks.runner import check_specs

    known = {f"{spec.relation}.{spec.name}" for spec in check_specs()}
    log = RunLog(load_project(folder))
    for name in checks:
        if name not in known:
            raise UsageError(f"--accept: no check is called {name!r}; `callmart check` lists them.")
        last = date.fromisoformat(_day(until, "--until"))
        log.accept(check=name, scope=None, reason=reason, until=last)


def check(folder: Path | None) -> int:
    """Run the checks on the published warehouse; returns 1 when a critical one fails."""
    project = load_project(folder)
    console = Console()
    from assets.inspection import check_published

    with LiveTable(console) as table, progress.listening(table.show):
        results = check_published(project)
    bad = [r for r in results if not r.is_passed]
    console.print(f"\n{len(results) - len(bad)} of {len(results)} checks hold.", highlight=False)
    return REFUSED if any(r.severity == "critical" for r in bad) else PUBLISHED


def report(folder: Path | None, *, open_it: bool, language: str | None = None) -> int:
    """Build the whole site of the current publication again, in another language if one is named.

    Raises:
        SettingsError: There is no such language.
    """
    project = load_project(folder)
    if language is not None:
        try:
            check_language(language)
        except ValueError as error:
            raise SettingsError(f"--language: {error}") from None
    from assets.reports import publish_site

    result = publish_site(project, anew=True, language=language)
    index = project.reports / "index.html"
    typer.echo(f"{len(result.pages)} pages: {index}")
    if open_it:
        webbrowser.open(index.resolve().as_uri())
    return PUBLISHED
