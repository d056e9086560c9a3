"""`init` and `demo`: making a project folder."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import typer

from pipelines.commands.errors import UsageError
from pipelines.commands.output import own_name
from pipelines.settings import PROJECT_FILE, load_project, parse_settings

_HEAD = """\
# A callmart project: one contact centre. Every key is explained in docs/settings.md.

[centre]
name = {name}
timezone = {timezone}     # days of the whole centre, and the hour of the daily run
country = "GB"            # how numbers without a country code are read
# currency = "EUR"        # in which money is counted, where amounts are in several

"""
_ASTERISK = """\
# One table per system whose files land here; its files go to landing/<name>/.
[sources.pbx]
kind = "asterisk"         # queue_log and Master.csv, plain or .gz, rotated or growing
# timezone = "Europe/London"   # of times written without a zone, if not the centre's
# site = "London"         # where its calls and agents belong, where there are several sites
# own_numbers = ["\\\\+44207946\\\\d{4}"]   # the centre's own numbers, kept readable

# [sources.pbx.aliases]   # other names of an agent in the logs
# "PJSIP/1008" = "Hugo Brandt"

# Thresholds. A queues.conf in landing/pbx/ gives them too; what is here wins.
# [defaults]
# service_level_s = 20
# short_abandon_s = 5
# [queues.sales]
# service_level_s = 15
# group = "Sales"

"""
_TABULAR = """\
# One table per system whose files land here; its files go to landing/<name>/, and a mapping in
# mappings/ says what their columns mean: docs/bringing.md. Make one with `callmart mapping new`.
[sources.files]
kind = "tabular"          # tables in CSV, JSON Lines, Excel or Parquet, plain or .gz
# timezone = "Europe/London"   # of times written without a zone, if not the centre's
# options.mappings = ["calls"] # else every mapping in mappings/ is for this source

"""
_TAIL = """\
# [goals]                 # else each metric's own goal: see the report's glossary
# service_level = 80

[schedule]
daily_at = "05:00"
"""


def _toml_text(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _make_key(path: Path) -> None:
    from assets.ingest.pseudonyms import create_key

    if not path.exists():
        create_key(path)


def _write_templates(folder: Path) -> None:
    """A header to fill in and its mapping for each staging table; read only once moved up."""
    from assets.ingest.tabular.templates import template_csv, template_mapping
    from pipelines.sql_models.contracts import load_contracts

    folder.mkdir(parents=True, exist_ok=True)
    for table in load_contracts():
        (folder / f"{table}.csv").write_text(template_csv(table), encoding="utf-8")
        (folder / f"{table}.yml").write_text(template_mapping(table), encoding="utf-8")


def init(folder: Path, *, timezone: str, name: str, tabular: bool = False) -> None:
    """Make a project in `folder`; an existing one is left as it is.

    Args:
        folder: of the project.
        timezone: of the centre.
        name: of the centre.
        tabular: for a centre without an Asterisk: its first source is one of mapped files.

    Raises:
        UsageError: the folder is a project already.
        SettingsError: the time zone is unknown.
    """
    root = folder.expanduser().resolve()
    if (root / PROJECT_FILE).exists():
        raise UsageError(f"{root / PROJECT_FILE} exists already; nothing was changed.")
    head = _HEAD.format(name=_toml_text(name), timezone=_toml_text(timezone))
    text = head + (_TABULAR if tabular else _ASTERISK) + _TAIL
    (source,) = parse_settings(text, "the new project").sources
    landing = root / "landing" / source
    landing.mkdir(parents=True, exist_ok=True)
    _make_private(root / "var")
    (root / PROJECT_FILE).write_text(text, encoding="utf-8")
    _make_key(load_project(root).key_file)
    _write_templates(root / "mappings" / "templates")
    typer.echo(f"Made a project in {root}.")
    typer.echo(f"  settings   {root / PROJECT_FILE}")
    typer.echo(f"  files go   {landing}")
    typer.echo(f"  tables     {root / 'mappings' / 'templates'} (where there is no export)")
    typer.echo(f"  key        {root / 'var' / 'key'} (keep a copy: pseudonyms depend on it)")
    command = f"{own_name()} --project {root}"
    if tabular:
        typer.echo(f"Next: `{command} mapping new FILE --table contact` guesses what a file means;")
        typer.echo(f"      put the file there, then `{command} run`. docs/bringing.md says more.")
    else:
        typer.echo(f"Next: put queue_log and Master.csv there, then `{command} run`.")


def _copy_sample(root: Path) -> None:
    landing = root / "landing" / "pbx"
    landing.mkdir(parents=True, exist_ok=True)
    _make_private(root / "var")
    with as_file(files("pipelines.demo.asterisk")) as sample:
        for name in ("queue_log", "Master.csv", "queues.conf"):
            shutil.copyfile(sample / name, landing / name)
        shutil.copyfile(sample / PROJECT_FILE, root / PROJECT_FILE)
    _make_key(load_project(root).key_file)


def _simulate(root: Path, days: int, seed: int) -> None:
    import os

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from pipelines.demo.centre_project import build_project

    what = f"simulating {days} days of a contact centre at three sites"
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(), transient=True) as shown:
        shown.add_task(what, total=None)
        done = build_project(root, seed=seed, days=days, processes=min(2, os.cpu_count() or 1))
    typer.echo(f"Simulated {days} days: {done.contacts:,} contacts, each of them written down.")


_TRY = (
    "explain service_level --scope queue=sales",
    'query "from marts.v_queue_day select queue_name, n_offered, service_level"',
    "calls --scope queue=vip --outcome abandoned",
)
_TRY_CENTRE = (
    "explain csat --scope site=Manila",
    'query "from core.fact_sale select currency, kind, count(*), sum(sale_amount) group by all"',
)


def demo(folder: Path, *, asterisk: bool, days: int, seed: int) -> int:
    """Make (or run again) a project of data that ships with callmart; returns the run's exit code.

    Args:
        folder: of the project; one that exists is run again, whatever it holds.
        asterisk: the real Asterisk sample, instead of the simulated centre.
        days: simulated.
        seed: of the simulation.

    Raises:
        UsageError: the folder holds something else.
    """
    from pipelines.commands import running
    from pipelines.demo.centre_project import is_unfinished

    root = folder.expanduser().resolve()
    if not (root / PROJECT_FILE).exists():
        if root.exists() and any(root.iterdir()) and not is_unfinished(root):
            raise UsageError(f"{root} is not empty and not a callmart project; name another.")
        if asterisk:
            _copy_sample(root)
            typer.echo(f"Made a project of the Asterisk sample in {root}.")
        else:
            _simulate(root, days, seed)
            typer.echo(f"Made a project of them in {root}; what truly happened is in truth/.")
    code = running.run(root)
    if code == 0:
        is_simulated = (root / "truth").is_dir()
        typer.echo("\nTry next:")
        for line in (*_TRY, *(_TRY_CENTRE if is_simulated else ())):
            typer.echo(f"  {own_name()} --project {folder} {line}")
    return code
