"""The `callmart` command: what each subcommand is called and takes; the work is in `commands`.

Heavy imports happen inside the subcommands, so that `callmart --help` answers at once.
"""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.commands.errors import WRONG
from pipelines.errors import ExpectedError, FaultError

app = typer.Typer(
    name="callmart",
    help="Numbers about how a contact centre serves people, from the files its systems write.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_chosen: dict[str, Path | bool | None] = {"project": None, "debug": False}

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", metavar="DIR", help="Project folder; else CALLMART_PROJECT, else this folder."
    ),
]
Day = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="A local day.")]


def _note_project(folder: Path | None) -> Path | None:
    if folder is not None:
        _chosen["project"] = folder
    chosen = _chosen["project"]
    return chosen if isinstance(chosen, Path) else None


@app.callback()
def _options(
    project: ProjectOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and timings.")] = False,
) -> None:
    _note_project(project)
    _chosen["debug"] = debug
    if debug:
        import logging

        logging.basicConfig()
        logging.getLogger("callmart").setLevel(logging.DEBUG)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make the project in.")] = Path(),
    timezone: Annotated[str, typer.Option(help="Zone of the centre.")] = "Etc/UTC",
    name: Annotated[str, typer.Option(help="Name of the centre.")] = "Contact centre",
    tabular: Annotated[
        bool, typer.Option("--tabular", help="There is no Asterisk: mappings read all files.")
    ] = False,
) -> None:
    """Make a project folder: settings, landing folder, key."""
    from pipelines.commands import setting_up

    setting_up.init(folder, timezone=timezone, name=name, tabular=tabular)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to make it in.")] = Path("callmart-demo"),
    asterisk: Annotated[
        bool, typer.Option("--asterisk", help="The real Asterisk sample that ships with callmart.")
    ] = False,
    days: Annotated[
        int,
        typer.Option(
            min=1, max=1000, help="Days simulated, from 1 October 2025 on; 396 are 13 months."
        ),
    ] = 396,
    seed: Annotated[int, typer.Option(help="Of chance: another centre for each.")] = 1,
) -> None:
    """Make a project of a simulated centre of three sites, run it, and show its report."""
    from pipelines.commands import setting_up

    raise typer.Exit(setting_up.demo(folder, asterisk=asterisk, days=days, seed=seed))


@app.command()
def run(
    project: ProjectOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which files and days; change nothing.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Rebuild everything.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Publish although this check fails; needs --reason."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why a failing check is accepted.")] = None,
    until: Day = None,
) -> None:
    """Read what landed, rebuild what it touches, check, publish, report."""
    from pipelines.commands import running

    folder = _note_project(project)
    if dry_run:
        raise typer.Exit(running.dry_run(folder))
    running.accept(folder, accept or [], reason, until)
    raise typer.Exit(running.run(folder, full=full))


@app.command()
def backfill(
    from_day: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")],
    to_day: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day.")],
    project: ProjectOption = None,
) -> None:
    """Rebuild a range of days from what was read, and publish."""
    from pipelines.commands import running

    raise typer.Exit(running.run(_note_project(project), from_day=from_day, to_day=to_day))


@app.command()
def check(project: ProjectOption = None) -> None:
    """Run every quality check on the published warehouse; change nothing."""
    from pipelines.commands import running

    raise typer.Exit(running.check(_note_project(project)))


@app.command()
def report(
    project: ProjectOption = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    language: Annotated[
        str | None,
        typer.Option(help="Language of this build, as de; else that of the project file."),
    ] = None,
) -> None:
    """Build the report of the published warehouse again, and say where it is."""
    from pipelines.commands import running

    raise typer.Exit(running.report(_note_project(project), open_it=open_it, language=language))


@app.command()
def pdf(
    project: ProjectOption = None,
    period: Annotated[
        list[str] | None,
        typer.Option(metavar="PERIOD", help="2026-11-21, 2026-W47 or 2026-11; else the newest."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All days, weeks and months.")] = False,
    browser: Annotated[
        str | None, typer.Option(help="Chromium to print with; else one on the PATH.")
    ] = None,
) -> None:
    """Print pages of the report to PDF, beside them."""
    from pipelines.commands import printing

    folder = _note_project(project)
    raise typer.Exit(printing.pdf(folder, period or [], every=every, browser=browser))


@app.command()
def deliver(
    project: ProjectOption = None,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="2026-11-21 or 2026-W47; else the last that is over."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write the messages into var/outbox; send nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what was delivered of this publication before.")
    ] = False,
) -> None:
    """Send the summary of a day or week, as the project file says under `delivery`."""
    from pipelines.commands import delivering

    folder = _note_project(project)
    raise typer.Exit(delivering.deliver(folder, period, dry_run=dry_run, again=again))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SQL statement; '-' reads it from stdin.")],
    project: ProjectOption = None,
    output: Annotated[
        str, typer.Option("--format", "-f", help="table, csv, json, or parquet (with --out).")
    ] = "table",
    out: Annotated[Path | None, typer.Option(help="File to write instead of the screen.")] = None,
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 shows all.")] = 100,
    staging: Annotated[
        bool, typer.Option("--staging", help="Attach the staging tables too.")
    ] = False,
) -> None:
    """Ask the published warehouse in SQL, read-only."""
    from pipelines.commands import asking

    asking.query(_note_project(project), sql, output=output, out=out, limit=limit, staging=staging)


@app.command()
def explain(
    metric: Annotated[str, typer.Argument(help="Metric, such as service_level.")],
    project: ProjectOption = None,
    scope: Annotated[
        str, typer.Option(metavar="KIND=ID", help="Such as queue=sales, agent='Ana Souza'.")
    ] = "all",
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="A day.")] = None,
) -> None:
    """Explain a number: words, formula, version, its two parts, its SQL, the rows behind."""
    from pipelines.commands import asking

    asking.explain(_note_project(project), metric, scope=scope, date=date)


@app.command()
def calls(
    project: ProjectOption = None,
    metric: Annotated[
        str | None, typer.Option(help="Only calls that count in this metric.")
    ] = None,
    scope: Annotated[str, typer.Option(metavar="KIND=ID", help="Such as queue=sales.")] = "all",
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="A day.")] = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="2026-11-21, 2026-W47 or 2026-11.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day of a range.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of a range.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="Local quarter hour of the day.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Such as abandoned.")] = None,
    output: Annotated[str, typer.Option("--format", "-f", help="table, csv or json.")] = "table",
    limit: Annotated[int, typer.Option(help="Rows shown; 0 shows all.")] = 50,
) -> None:
    """List the calls behind a number, down to file and line."""
    from pipelines.commands import asking
    from pipelines.commands.rows_behind import days_asked

    asking.calls(
        _note_project(project),
        metric=metric,
        scope=scope,
        days=days_asked(day=date, period=period, first=first, last=last),
        interval=interval,
        outcome=outcome,
        output=output,
        limit=limit,
    )


@app.command()
def docs(
    project: ProjectOption = None,
    out: Annotated[Path | None, typer.Option(help="File to write instead of the screen.")] = None,
) -> None:
    """Write the data dictionary and metric glossary as Markdown."""
    from pipelines.commands import asking

    asking.docs(_note_project(project), out)


@app.command()
def status(project: ProjectOption = None) -> None:
    """Say what is published, how fresh each feed is, and how the last runs went."""
    from pipelines.commands import looking

    raise typer.Exit(looking.status(_note_project(project)))


@app.command()
def doctor(project: ProjectOption = None) -> None:
    """Look for what could go wrong: settings, folders, permissions, space, leftovers."""
    from pipelines.commands import looking

    raise typer.Exit(looking.doctor(_note_project(project)))


@app.command()
def restore(
    number: Annotated[
        int | None, typer.Argument(help="Publication to go back to; none lists them.")
    ] = None,
    project: ProjectOption = None,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="Accept a file that somebody changed.")
    ] = False,
) -> None:
    """Publish an earlier version again; the next run builds on it."""
    from pipelines.commands import looking

    raise typer.Exit(looking.restore(_note_project(project), number, as_it_is=as_it_is))


mapping_app = typer.Typer(
    no_args_is_help=True, help="Mappings of any table in a file: write one, try one."
)
app.add_typer(mapping_app, name="mapping")
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON Lines, Excel, ...")]


@mapping_app.command("new")
def mapping_new(
    file: FileArgument,
    table: Annotated[str, typer.Option(help="Staging table, such as contact or sale.")],
    project: ProjectOption = None,
    name: Annotated[str | None, typer.Option(help="Of the mapping; else the file's.")] = None,
) -> None:
    """Look at a file and write a first mapping, with guesses."""
    from pipelines.commands import mapping

    mapping.new(_note_project(project), file, table=table, name=name)


@mapping_app.command("test")
def mapping_test(
    name: Annotated[str, typer.Argument(help="Mapping: the project's own or a shipped one.")],
    file: FileArgument,
    project: ProjectOption = None,
    limit: Annotated[int, typer.Option(help="Rows shown of each table.")] = 10,
) -> None:
    """Show the first rows as they would land, and every problem; change nothing."""
    from pipelines.commands import mapping

    raise typer.Exit(mapping.test(_note_project(project), name, file, limit=limit))


@mapping_app.command("schema")
def mapping_schema(
    out: Annotated[Path | None, typer.Option(help="File to write instead of the screen.")] = None,
) -> None:
    """Write the JSON schema of mapping files, for editors that check YAML."""
    from pipelines.commands import mapping

    mapping.schema(out)


@app.command()
def ui(
    project: ProjectOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Start Dagster's page and its daemon for this project."""
    from pipelines.commands import serving

    raise typer.Exit(serving.ui(_note_project(project), port=port))


@app.command()
def version() -> None:
    """Print the version of callmart and of what it stands on."""
    from importlib.metadata import version as version_of

    typer.echo(f"callmart {version_of('callmart')}")
    for name in ("duckdb", "polars", "dagster", "great-expectations", "plotly"):
        typer.echo(f"  {name} {version_of(name)}")


def _fail(error: Exception) -> NoReturn:
    typer.secho(f"callmart: {error}", fg="red", err=True)
    raise SystemExit(WRONG)


def main() -> None:
    """Run the command; an expected error is a sentence, any other a traceback only on demand."""
    # Dagster and Great Expectations ask these before anything of ours runs.
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        app()
    except Exception as error:
        if _chosen["debug"]:
            raise
        if isinstance(error, ExpectedError):
            _fail(error)
        named = isinstance(error, FaultError)
        what = str(error) if named else f"{type(error).__name__}: {error}"
        _fail(
            RuntimeError(
                f"unexpected {what}\n"
                "This is a fault of callmart. Run the same command with `callmart --debug ...` "
                "and report what it prints."
            )
        )
