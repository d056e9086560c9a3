"""`pdf`: pages of the report on paper."""

from pathlib import Path

import typer
from rich.progress import Progress

from pipelines.commands.errors import PUBLISHED
from pipelines.settings import load_project


def pdf(folder: Path | None, periods: list[str], *, every: bool, browser: str | None) -> int:
    """Print the pages of the newest day, week and month, or of the periods named."""
    project = load_project(folder)
    from reports.outputs import chromium
    from reports.outputs import pdf as printer

    pages = printer.pages_of(project.reports, periods, every=every)
    found = chromium.find(browser)
    with Progress(transient=True) as progress:
        task = progress.add_task("printing", total=len(pages))
        written = printer.print_pages(
            project.reports,
            pages,
            browser=found,
            on_page=lambda done, _: progress.update(task, completed=done),
        )
    where = project.reports / written[0] if len(written) == 1 else project.reports
    typer.echo(f"{len(written)} PDF beside their pages: {where}")
    return PUBLISHED
