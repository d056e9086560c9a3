"""Sales, cases and customers of the CRM; money; and the settings of the centre.

Amounts are written as each country's finance writes them: 1,234.50 in Dublin and Manila,
1.234,50 in Bogota.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.demo.centre.world import QUEUES, SITES, digital_queue
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

_GOALS = (
    ("service_level", "all", "all", 0.80), ("abandonment_rate", "all", "all", 0.05),
    ("average_handle_time", "site", "Dublin", 390), ("average_handle_time", "site", "Manila", 390),
    ("average_handle_time", "site", "Bogota", 390), ("csat", "all", "all", 0.85),
    ("nps", "all", "all", 30), ("first_contact_resolution", "all", "all", 0.75),
    ("schedule_adherence", "all", "all", 0.90), ("qa_score", "all", "all", 0.90),
    ("occupancy", "all", "all", 0.82), ("service_level", "queue", "vip", 0.90),
)  # fmt: skip
_ACTIVITIES = (
    ("work", "available;ringing;handling;wrap", 1), ("break", "break", 1), ("lunch", "lunch", 0),
    ("coaching", "coaching", 1), ("meeting", "meeting", 1), ("training", "training", 1),
    ("sick", "", 1), ("annual leave", "", 1),
)  # fmt: skip
_STATES = (
    ("Break", "break"), ("Lunch", "lunch"), ("Meal", "lunch"), ("Coaching", "coaching"),
    ("Coaching, 1:1", "coaching"), ("Team meeting", "meeting"), ("Meeting", "meeting"),
    ("Training", "training"), ("Wrap-up", "wrap"), ("Auto-Pause", "not responding"),
    ("Missed - System", "not responding"),
)  # fmt: skip


def amount(column: str, *, comma: bool = False) -> pl.Expr:
    """An amount with thousands marked, as 1,234.50 or 1.234,50."""
    cents = (pl.col(column).abs() * 100).round().cast(pl.Int64)
    whole = (cents // 100).cast(pl.String)
    marked = (
        whole.str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse().str.strip_chars(",")
    )
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    shown = pl.concat_str(sign, marked, pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2))
    if not comma:
        return shown
    return (
        shown.str.replace_all(",", " ")
        .str.replace_all(".", ",", literal=True)
        .str.replace_all(" ", ".")
    )


def write(out: Output, truth: Path, site: str) -> None:
    """Sales, cases and customers of one site."""
    zone, name = zone_of(site), site.lower()
    comma = site == "Bogota"
    separator = ";" if comma else ","
    sales = read(truth, "sales", site).sort("at", "sale_id").select(
        _day=local("at", zone).dt.date(), order_id="sale_id", refund_of="refunds_sale_id",
        contact_id="contact_id", customer_id="customer_ref", agent_id="agent_id",
        at=text("at", zone), kind="kind", product="product", amount=amount("amount", comma=comma),
        currency="currency",
    )  # fmt: skip
    dirt = Dirt(time="at", key="order_id", copied_files=0)
    export(out, Family(f"crm/sales_{name}_%Y-%m.csv", dirt, separator), sales, "_day")
    _cases(out, truth, site)
    customers = read(truth, "customers", site).select(
        _day=pl.lit(out.last), customer_id="customer_ref", segment="segment", name="name",
        phone="phone", email="email", since="since", left_on="left_on",
    )  # fmt: skip
    encoding = "latin-1" if site == "Bogota" else "utf-8"
    export(out, Family(f"crm/customers_{name}.csv", CLEAN, encoding=encoding), customers, "_day")


def _cases(out: Output, truth: Path, site: str) -> None:
    zone, name = zone_of(site), site.lower()
    cases = read(truth, "cases", site).sort("opened_at", "case_id").select(
        _day=local("opened_at", zone).dt.date(), case_id="case_id", contact_id="contact_id",
        customer_id="customer_ref", owner="agent_id", queue="queue", channel="channel",
        priority="priority", kind="kind", opened_at=text("opened_at", zone),
        due_at=text("due_at", zone),
    )  # fmt: skip
    dirt = Dirt(late=0, time="opened_at", key="case_id", copied_files=0)
    export(out, Family(f"crm/cases_{name}_%Y-%m.csv", dirt), cases, "_day")
    events = read(truth, "case_events", site).sort("event_at", "case_id", "event").select(
        _day=local("event_at", zone).dt.date(), case_id="case_id", event_at=text("event_at", zone),
        event="event", agent="agent_id",
    )  # fmt: skip
    dirt = Dirt(late=0, time="event_at", key="case_id", copied_files=0)
    export(out, Family(f"crm/case_events_{name}_%Y-%m.csv", dirt), events, "_day")


def write_centre(out: Output, truth: Path) -> None:
    """Costs, headcount and rates by month; settings."""
    month = pl.col("period").dt.strftime("%Y-%m")
    costs = read(truth, "costs").sort("period", "level", "scope", "kind")
    shown = pl.concat([
        costs.filter(pl.col("currency") == "COP").with_columns(shown=amount("amount", comma=True)),
        costs.filter(pl.col("currency") != "COP").with_columns(shown=amount("amount")),
    ]).sort("period", "level", "scope", "kind").select(
        _day="period", month=month, level="level", scope="scope", kind="kind", amount="shown",
        currency="currency",
    )  # fmt: skip
    export(out, Family("finance/costs_%Y-%m.csv", CLEAN, ";"), shown, "_day")
    heads = read(truth, "headcount").sort("period", "site", "team").select(
        _day=pl.lit(out.last), month=month, site="site", team="team", opening="opening",
        joiners="joiners", leavers="leavers", transfers_in="transfers_in",
        transfers_out="transfers_out", closing="closing",
    )  # fmt: skip
    export(out, Family("finance/headcount.csv", CLEAN), heads, "_day")
    rates = read(truth, "fx_rates").sort("period", "currency").select(
        _day=pl.lit(out.last), month=month, currency="currency", rate_to_eur="rate_to_eur",
    )  # fmt: skip
    export(out, Family("finance/fx_rates.csv", CLEAN), rates, "_day")
    _settings(out)


def _settings(out: Output) -> None:
    _plain(out, "config/goals.csv", "metric,scope_kind,scope,target,valid_from", (
        f"{metric},{kind},{scope},{target},2024-01-01" for metric, kind, scope, target in _GOALS
    ))  # fmt: skip
    _plain(out, "config/activities.csv", "activity,allowed_states,is_paid", (
        f"{name},{allowed},{paid}" for name, allowed, paid in _ACTIVITIES
    ))  # fmt: skip
    _plain(out, "config/states.csv", "reason,state", (f'"{why}",{state}' for why, state in _STATES))
    _plain(out, "config/queues.csv",
           "queue,site,zone,channel,group,language,threshold_s,short_s,opens,closes,valid_from",
           _queues())  # fmt: skip
    _plain(out, "config/calendar.csv", "site,date,kind,opens,closes", _holidays(out))


def _queues() -> Iterable[str]:
    for queue in QUEUES.values():
        site = SITES[queue.site]
        hours = f"{_clock(site.opens)},{_clock(site.closes)}"
        yield (f"{queue.name},{site.name},{site.zone},voice,{site.name} voice,{queue.language},"
               f"{queue.threshold_s},{queue.short_s},{hours},2024-01-01")  # fmt: skip
    for site in SITES.values():
        for channel, threshold in (("chat", 60), ("email", 86_400), ("social", 7_200)):
            hours = f"{_clock(site.opens)},{_clock(site.closes)}"
            language = "es" if site.name == "Bogota" else "en"
            yield (f"{digital_queue(site.name, channel)},{site.name},{site.zone},{channel},"
                   f"{site.name} written,{language},{threshold},,{hours},2024-01-01")  # fmt: skip


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _holidays(out: Output) -> Iterable[str]:
    for site in SITES.values():
        for year in (out.last.year - 1, out.last.year, out.last.year + 1):
            for month, day in site.holidays:
                hours = f"{_clock(site.opens)},{_clock(site.closes)}"
                yield f"{site.name},{date(year, month, day)},holiday,{hours}"
        for weekday, factor in enumerate(site.weekdays):
            if not factor:
                yield f"{site.name},weekday-{weekday + 1},closed,,"


def _plain(out: Output, name: str, header: str, lines: Iterable[str]) -> None:
    out.write(name, ("\n".join([header, *lines]) + "\n").encode())
