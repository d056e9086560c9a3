"""Exports of the written channels, the menus and bots, and the dialler; one folder per site.

Times are UTC with a Z in the written channels, local without a zone in the menus, local in the
dialler with milliseconds in extra columns.
"""

from pathlib import Path

import polars as pl

from pipelines.demo.centre.writers.cloud import agent_states
from pipelines.demo.centre.writers.output import (
    Dirt,
    Family,
    Output,
    export,
    local,
    read,
    seconds,
    text,
    zone_of,
)

_UTC = "%Y-%m-%dT%H:%M:%S%.3fZ"


def utc(column: str) -> pl.Expr:
    """An instant as UTC text with milliseconds and a Z."""
    return pl.col(column).dt.strftime(_UTC).alias(column)


def write(out: Output, truth: Path, site: str) -> None:
    """Threads, assignments, messages, menus, dialler and the states of these agents."""
    _threads(out, truth, site)
    _assignments(out, truth, site)
    _messages(out, truth, site)
    _menus(out, truth, site)
    agent_states(out, truth, site, "digital", f"digital/{site.lower()}")
    if site == "Bogota":
        _attempts(out, truth, site)
        agent_states(out, truth, site, "outbound", "dialler")


def _threads(out: Output, truth: Path, site: str) -> None:
    contacts = read(truth, "contacts", site).filter(pl.col("channel") != "voice")
    frame = contacts.sort("started_at", "contact_id").select(
        _day=pl.coalesce("ended_at", "started_at").dt.date(),
        thread_id="contact_id", channel="channel", entry_point="entry_point",
        customer_id="customer_ref", created_at=utc("started_at"), closed_at=utc("ended_at"),
        queue="first_queue", last_agent="last_agent", topic="reason", topic_group="reason_group",
        status=pl.when(pl.col("ended_at").is_null()).then(pl.lit("open")).otherwise("disposition"),
        language="language",
    )  # fmt: skip
    dirt = Dirt(time="created_at", key="thread_id", corrected=("status", "open"))
    export(out, Family(f"digital/{site.lower()}/threads-%Y%m%d.csv", dirt), frame, "_day")


def _assignments(out: Output, truth: Path, site: str) -> None:
    key = ["contact_id", "visit_ordinal"]
    written = ["chat", "mail", "social"]
    visits = read(truth, "visits", site).filter(
        pl.col("queue").str.split("_").list.get(0).is_in(written)
    )
    legs = read(truth, "legs", site).filter(pl.col("channel") != "voice")
    frame = (
        visits.drop("agent_id")
        .join(
            legs.select(*key, "agent_id", "connected_at", "ended_at", "wrap_ms", "disposition"),
            on=key, how="left", maintain_order="left",
        )
        .join(read(truth, "people", site).select("agent_id", "email"), on="agent_id", how="left",
              maintain_order="left")
        .sort("entered_at", "contact_id")
    )  # fmt: skip
    shown = frame.select(
        _day=pl.coalesce("ended_at", "left_at", "entered_at").dt.date(),
        thread_id="contact_id", entry="visit_ordinal", queue="queue", queued_at=utc("entered_at"),
        left_queue_at=utc("left_at"), outcome="outcome", agent="email",
        started_at=utc("connected_at"), finished_at=utc("ended_at"),
        wrap_seconds=seconds("wrap_ms", 1), result="disposition",
    )  # fmt: skip
    dirt = Dirt(time="queued_at", key="thread_id")
    export(out, Family(f"digital/{site.lower()}/assignments-%Y%m%d.csv", dirt), shown, "_day")


def _messages(out: Output, truth: Path, site: str) -> None:
    frame = read(truth, "messages", site).sort("sent_at", "message_id")
    shown = frame.select(
        _day=pl.col("sent_at").dt.date(), message_id="message_id", thread_id="thread_id",
        channel="channel", queue="queue", sender="author_kind", agent="agent_id",
        direction=pl.col("direction").replace({"inbound": "in", "outbound": "out"}),
        sent_at=utc("sent_at"),
    )  # fmt: skip
    dirt = Dirt(time="sent_at", key="message_id", late=0.0005)
    export(out, Family(f"digital/{site.lower()}/messages-%Y%m%d.csv", dirt), shown, "_day")


def _menus(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    folder = f"ivr/{site.lower()}"
    sessions = read(truth, "ivr_sessions", site).sort("entered_at", "session_id")
    shown = sessions.select(
        _day=local("entered_at", zone).dt.date(), session="session_id", call="contact_id",
        type="kind", customer="customer_ref", start=text("entered_at", zone),
        end=text("left_at", zone), exit="end_kind",
    )  # fmt: skip
    dirt = Dirt(time="start", key="session")
    export(out, Family(f"{folder}/sessions-%Y%m%d.csv", dirt), shown, "_day")
    steps = read(truth, "ivr_steps", site).sort("at", "session_id", "step_ordinal")
    shown = steps.select(
        _day=local("at", zone).dt.date(), session="session_id", step="step_ordinal", node="node",
        time=text("at", zone), goal="goal", outcome="outcome",
    )  # fmt: skip
    dirt = Dirt(time="time", key="session", late=0)
    export(out, Family(f"{folder}/steps-%Y%m%d.csv", dirt), shown, "_day")


def _attempts(out: Output, truth: Path, site: str) -> None:
    zone = zone_of(site)
    wraps = read(truth, "legs", site).select("contact_id", "wrap_ms")
    frame = (
        read(truth, "outbound_attempts", site)
        .join(wraps, on="contact_id", how="left", maintain_order="left")
        .sort("dialled_at", "attempt_id")
    )
    rung = (pl.col("answered_at") - pl.col("dialled_at")).dt.total_milliseconds()
    waited = (pl.col("agent_connected_at") - pl.col("answered_at")).dt.total_milliseconds()
    talked = (pl.col("ended_at") - pl.col("agent_connected_at")).dt.total_milliseconds()
    shown = frame.select(
        _day=local("dialled_at", zone).dt.date(), attempt_id="attempt_id", campaign="campaign",
        lead_id="lead_id", phone="phone", dialled=text("dialled_at", zone), ring_ms=rung,
        answered=text("answered_at", zone), agent="agent_id", agent_delay_ms=waited,
        talk_ms=talked, wrap_ms="wrap_ms", amd="amd_result", result="result",
        contact_id="contact_id",
    )  # fmt: skip
    dirt = Dirt(time="dialled", key="attempt_id", corrected=("result", "pending"))
    export(out, Family("dialler/attempts-%Y%m%d.csv", dirt), shown, "_day")
