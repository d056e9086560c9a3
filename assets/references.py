"""Tables that come from code and settings, not from files: centre, calendar, metric registry."""

from datetime import date, timedelta

import duckdb

from assets.ingest.calendar import calendar_intervals
from pipelines.settings import Project
from pipelines.sql_models.metrics import metric_definitions, write_definitions


def fill_references(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Bring ops.centre, ops.calendar_interval and ops.metric_definition up to date."""
    _fill_centre(con, project)
    _fill_calendar(con, project)
    _fill_metrics(con, project)


def _fill_centre(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    centre = project.settings.centre
    con.begin()
    con.execute("delete from ops.centre")
    con.execute(
        "insert into ops.centre (centre_name, reporting_zone, reporting_currency) values (?, ?, ?)",
        [centre.name, centre.timezone, centre.currency],
    )
    con.commit()


def _fill_calendar(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Whole years around the data, for every zone in use: a new day adds no row within a year."""
    row = con.execute(
        "select min(local_date), max(local_date) from ops.lake_manifest where layer = 'staging'"
    ).fetchone()
    if row is None or row[0] is None:
        return
    settings = project.settings
    zones = {settings.centre.timezone, *(settings.zone_of(name) for name in settings.sources)}
    first = date((row[0] - timedelta(days=8)).year, 1, 1)
    last = date((row[1] + timedelta(days=8)).year, 12, 31)
    intervals = calendar_intervals(sorted(zones), first, last)
    con.begin()
    con.execute("delete from ops.calendar_interval")
    con.register("new_intervals", intervals)
    con.execute("insert into ops.calendar_interval by name from new_intervals")
    con.unregister("new_intervals")
    con.commit()


def _fill_metrics(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    con.begin()
    write_definitions(con, metric_definitions(project.settings.goals, extra=project.root))
    con.commit()
