"""People and plans: roster changes, log-in names, schedules and exceptions, forecasts."""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.world import SITES, TEAMS
from pipelines.demo.centre.writers.output import (
    CLEAN,
    Dirt,
    Family,
    Output,
    export,
    local,
    read,
    text,
    zone_of,
)

_ISO = "%Y-%m-%dT%H:%M:%S%:z"


def write(out: Output, truth: Path, site: str) -> None:
    """Schedules and forecasts of one site."""
    _schedules(out, truth, site)
    _forecasts(out, truth, site)


def _schedules(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    names = read(truth, "people", site).select("agent_id", "name")
    frame = (
        read(truth, "schedules", site)
        .join(names, on="agent_id", how="left", maintain_order="left")
        .sort("local_date", "agent_id", "kind", "starts_at")
    )
    # Planning writes `Last, First`.
    surname_first = pl.col("name").str.replace(r"^(\S+) (.+)$", "$2, $1")
    sort = pl.when(pl.col("kind") == "planned").then(pl.lit("plan")).otherwise(pl.lit("changes"))
    shown = frame.select(
        _day="local_date", _sort=sort, employee_no="agent_id", employee=surname_first,
        activity="activity", start=text("starts_at", zone, "%Y-%m-%d %H:%M"),
        end=text("ends_at", zone, "%Y-%m-%d %H:%M"),
        paid=pl.when("is_paid").then(pl.lit("1")).otherwise(pl.lit("0")), kind="kind",
        published=text("version_at", zone, "%Y-%m-%d %H:%M"),
        approved=text("approved_at", zone, "%Y-%m-%d %H:%M"),
    )  # fmt: skip
    dirt = Dirt(late=0, time="start", key="employee_no", copied_files=0)
    folder = f"wfm/{site.lower()}"
    for kind, name in (("plan", "schedule"), ("changes", "exceptions")):
        part = shown.filter(pl.col("_sort") == kind).drop("_sort")
        export(out, Family(f"{folder}/{name}_%Y-%m.csv", dirt, ";"), part, "_day")


def _forecasts(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    frame = read(truth, "forecasts", site).sort("made_at", "queue", "interval_at")
    shown = frame.select(
        _day=local("interval_at", zone).dt.date(), queue="queue",
        interval_start=text("interval_at", zone, _ISO), minutes=pl.col("interval_s") // 60,
        made_at=text("made_at", zone, _ISO), volume="volume", aht_seconds="aht_s",
    )  # fmt: skip
    export(out, Family(f"wfm/{site.lower()}/forecast_%Y-%m.csv"), shown, "_day")


def write_centre(out: Output, truth: Path) -> None:
    """Roster changes by month (the first file is a full list), log-in names, teams' supervisors."""
    people = read(truth, "people")
    roster = read(truth, "roster").join(people, on=["agent_id", "site"], maintain_order="left")
    _roster(out, roster)
    logins = people.sort("agent_id").select(
        _day=pl.lit(out.last), employee_no="agent_id", name="name",
        surname_first=pl.col("name").str.replace(r"^(\S+) (.+)$", "$2, $1"), login="login",
        email="email", extension="extension",
        interface=pl.concat_str(pl.lit("PJSIP/"), "extension"),
    )  # fmt: skip
    export(out, Family("hr/logins.csv", CLEAN), logins, "_day")


def _roster(out: Output, roster: pl.DataFrame) -> None:
    sites = {name: (site.sourcing, site.employer, site.zone) for name, site in SITES.items()}
    kinds = {team.name: team.kind for team in TEAMS}

    def of_site(place: int) -> pl.Expr:
        values = {name: facts[place] for name, facts in sites.items()}
        return pl.col("site").replace_strict(values)

    shown = roster.sort("valid_from", "agent_id").select(
        _day=pl.col("valid_from").clip(out.first, out.last),
        valid_from="valid_from", change="change", employee_no="agent_id", name="name", team="team",
        team_kind=pl.col("team").replace_strict(kinds), supervisor="supervisor", manager="manager",
        director="director", site="site", zone=of_site(2), sourcing=of_site(0), employer=of_site(1),
        level="level", work_mode="work_mode", language="language", queues="queues",
        hourly_cost="hourly_cost", currency="currency", hired_on="hired_on",
        left_on=pl.when(pl.col("change") == "left").then("valid_from"),
        login="login", email="email", extension="extension",
    )  # fmt: skip
    export(out, Family("hr/roster_%Y-%m.csv", CLEAN, bom_in=0), shown, "_day")
