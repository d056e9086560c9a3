"""`deliver`: the summary of a day or week, to those who are to have it."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from pipelines.commands.errors import PUBLISHED
from pipelines.settings import load_project


def deliver(folder: Path | None, period: str | None, *, dry_run: bool, again: bool) -> int:
    """Deliver a period, the last that is over when none is named."""
    from pipelines.delivery.content import newest_span, span_asked
    from pipelines.delivery.deliver import deliver as deliver_span

    project = load_project(folder)
    span = span_asked(period) if period else newest_span(project, datetime.now(UTC))
    for outcome in deliver_span(project, span, dry_run=dry_run, again=again):
        typer.echo(f"{span.name} {outcome.channel}: {outcome.text}")
    return PUBLISHED
