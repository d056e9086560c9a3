"""`status`, `doctor`, `restore`: looking at a project, and going back."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.settings import Project, load_project

if TYPE_CHECKING:
    import duckdb

_LOW_SPACE = 2 * 1024**3
_WIDTH = 12


def status(folder: Path | None) -> int:
    """What is published, how fresh each feed is, what is noteworthy, how the last runs went."""
    from pipelines.storage.publication import Store, connect_published

    project = load_project(folder)
    current = Store(project).current()
    typer.secho(project.settings.centre.name, bold=True)
    _say("Project", str(project.root))
    if current is None:
        _say("Published", "nothing yet: put files into landing and run `callmart run`")
    else:
        age = (datetime.now(UTC) - current.published_at).total_seconds()
        at = f"{current.published_at:%Y-%m-%d %H:%M} UTC, {ago(age)}"
        _say("Published", f"number {current.number} of {at}")
        _say("Report", _report_line(project, current.number))
        with connect_published(project) as con:
            for section in (_feeds, _files, _checks, _assumptions):
                _section(section.__doc__ or "", section(con))
    _section("Last runs", _runs(project))
    return 0


def _say(label: str, text: str) -> None:
    typer.echo(f"{label:<{_WIDTH}}{text}")


def _section(title: str, lines: Iterator[str]) -> None:
    typer.echo(f"\n{title.rstrip('.')}")
    for line in lines:
        typer.echo(f"  {line}")


def ago(seconds: float) -> str:
    """An age in the largest fitting unit, such as `3 h ago`."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit} ago"
    return "just now"


def _report_line(project: Project, number: int) -> str:
    from pipelines.storage.site import shown_publication

    shown = shown_publication(project)
    if shown == number:
        return str(project.reports / "index.html")
    what = "not built yet" if shown is None else f"still shows publication {shown}"
    return f"{what}: run `callmart report`"


def _feeds(con: "duckdb.DuckDBPyConnection") -> Iterator[str]:
    """Feeds."""
    now = datetime.now(UTC).replace(tzinfo=None)
    # A file of an earlier version may lack the column.
    rows = con.execute(
        """
        select source, feed, watermark_at, late_after_hours, coalesce(is_retired, false)
        from (
            select null::boolean as is_retired where false
            union all by name
            from ops.feed_watermark
        )
        order by source, feed
        """
    ).fetchall()
    for source, feed, mark, late_after, is_retired in rows:
        age = (now - mark).total_seconds()
        is_late = age > late_after * 3600
        word = "retired" if is_retired else "LATE" if is_late else "fresh"
        told = f"{word:<8}{source}.{feed:<12} up to {mark:%Y-%m-%d %H:%M:%S} UTC, {ago(age)}"
        yield told if is_retired else f"{told} (late after {late_after:g} h)"
    yield from _silent(rows)
    if not rows:
        yield "none has been read: is anything in landing?"


def _silent(rows: list[tuple]) -> Iterator[str]:
    """Ask of sources of which others are far ahead whether they have been retired."""
    from pipelines.sql_models.kpi_reach import SILENT_DAYS

    marks: dict[str, datetime] = {}
    for source, _, mark, _, _ in rows:
        marks[source] = max(mark, marks.get(source, mark))
    retired = {source for source, _, _, _, is_retired in rows if is_retired}
    for source, mark in marks.items():
        if source not in retired and max(marks.values()) - mark > timedelta(days=SILENT_DAYS):
            yield (
                f"{source} has brought nothing for a month: if no more will come, write "
                f"`retired = true` under [sources.{source}]; numbers wait for it until then"
            )


def _files(con: "duckdb.DuckDBPyConnection") -> Iterator[str]:
    """Files."""
    row = con.execute(
        """
        select
            count(distinct file_id) filter (where status = 'loaded'), sum(n_read),
            sum(n_loaded), sum(n_quarantined), sum(n_skipped)
        from ops.load_file
        """
    ).fetchone()
    files, read, loaded, refused, skipped = (value or 0 for value in row or (0,) * 5)
    yield (
        f"{files:,} files, {read:,} lines = {loaded:,} loaded + {refused:,} quarantined "
        f"+ {skipped:,} skipped by rule"
    )
    messages = con.execute(
        "select path, message from ops.load_file where message is not null order by path"
    ).fetchall()
    for path, message in messages:
        yield f"{path}: {message}"


def _checks(con: "duckdb.DuckDBPyConnection") -> Iterator[str]:
    """Checks."""
    rows = con.execute(
        """
        select relation || '.' || check_name, severity, is_waived, detail
        from ops.check_result where not is_passed order by severity, 1
        """
    ).fetchall()
    total = con.execute("select count(*) from ops.check_result").fetchone()
    yield f"{(total or (0,))[0] - len(rows)} of {(total or (0,))[0]} hold"
    for name, severity, is_waived, detail in rows:
        yield f"{'accepted' if is_waived else severity}: {name}: {detail}"


def _assumptions(con: "duckdb.DuckDBPyConnection") -> Iterator[str]:
    """Assumptions."""
    rows = con.execute(
        "select queue_name, service_level_s from core.dim_queue "
        "where is_threshold_assumed and is_current order by queue_name"
    ).fetchall()
    for queue, threshold in rows:
        yield (
            f"{queue}: no service-level threshold is set, {threshold} s are assumed "
            f"([queues.{queue}] service_level_s, or servicelevel in queues.conf)"
        )
    if not rows:
        yield "none: every queue's threshold is from a setting"


def _runs(project: Project) -> Iterator[str]:
    from pipelines.storage.run_log import RunLog

    runs = RunLog(project).runs(5)
    for run in runs:
        end = run.finished_at
        took = f"{(end - run.started_at).total_seconds():.1f} s" if end else ""
        said = next(iter(run.message.strip().splitlines()), "")
        yield f"{run.started_at:%Y-%m-%d %H:%M} UTC  {run.status:<10}{took:>9}  {said}".rstrip()
    if not runs:
        yield "none"


def doctor(folder: Path | None) -> int:
    """Look for what could go wrong; returns 1 when something has to be mended."""
    project = load_project(folder)
    faults = list(_faults(project))
    for fault in faults:
        typer.echo(f"- {fault}")
    if not faults:
        typer.echo(f"{project.root}: nothing to mend.")
    from pipelines.delivery.asked import described

    _say("Delivery", described(project))
    return 1 if faults else 0


def _faults(project: Project) -> Iterator[str]:
    from assets.ingest.refresh import adapter_of
    from pipelines.delivery.asked import faults as delivery_faults
    from pipelines.settings import SettingsError
    from pipelines.storage.publication import Store

    if not project.settings.sources:
        yield 'callmart.toml names no source: add [sources.<name>] with kind = "asterisk".'
    for source in project.settings.sources:
        landing = project.landing(source)
        if not landing.is_dir():
            yield f"{landing} is missing: the files of source {source} are expected there."
        elif not any(landing.iterdir()):
            yield f"{landing} is empty: put the files of source {source} there."
        try:
            adapter_of(project, source)
        except SettingsError as error:
            yield str(error)
    yield from _key_faults(project)
    yield from delivery_faults(project)
    free = shutil.disk_usage(project.root).free
    if free < _LOW_SPACE:
        yield f"only {free / 1e9:.1f} GB are free on the disk of {project.root}."
    yield from Store(project).faults(deep=True)


def _key_faults(project: Project) -> Iterator[str]:
    key = project.key_file
    if not key.exists():
        yield f"{key} is missing: put its copy back, or customers get new pseudonyms."
    elif key.stat().st_mode & 0o077:
        yield f"{key} can be read by others: chmod 600 {key}"


def restore(folder: Path | None, number: int | None, *, as_it_is: bool) -> int:
    """Go back to a publication and show its report, or list what there is."""
    from pipelines.storage.publication import Store

    project = load_project(folder)
    store = Store(project)
    if number is None:
        current = store.current()
        for found in store.publications():
            mark = "*" if current is not None and found.number == current.number else " "
            at = f"{found.published_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{mark} {found.number:>5}  {at}  {found.size / 1e6:,.1f} MB")
        typer.echo("* is current. `callmart restore N` publishes another one again.")
        return 0
    restored = store.restore(number, as_it_is=as_it_is, on_wait=typer.echo)
    from assets.reports import publish_site

    publish_site(project)
    typer.echo(f"Publication {restored.number} is current; the next run builds on it.")
    return 0
