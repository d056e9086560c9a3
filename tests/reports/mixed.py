"""Contacts laid into a star of a few columns, for tests of what is compared on the same mix."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import duckdb
import polars as pl

from reports import comparisons
from reports.comparisons import Found
from reports.mix import Subject
from reports.queries import Reader
from reports.records import Metric
from reports.spans import Span
from tests.reports.made import metric

MONDAY = date(2026, 11, 2)
WEEK = Span("week", MONDAY)
HANDLE_TIME, *SHARES = comparisons.MEASURES
_CONTACT = {
    "local_date": MONDAY, "kind": "customer", "is_handled": True, "direction": "inbound",
    "channel": "voice", "credited_queue_id": "sales", "reason": None, "hour": 10,
    "talk_ms": 60_000, "hold_ms": None, "wrap_ms": None, "n_transfers": 0,
    "transfer_agent_id": None, "transfer_queue_id": None,
}  # fmt: skip
_TYPES = {
    "hold_ms": pl.Int64, "wrap_ms": pl.Int64, "transfer_agent_id": pl.String,
    "transfer_queue_id": pl.String, "reason": pl.String, "credited_queue_id": pl.String,
}  # fmt: skip
METRICS = {
    "average_handle_time": metric("average_handle_time", unit="seconds", direction="neutral"),
    "transfer_rate": metric(
        "transfer_rate",
        direction="lower",
        numerator_sql="select count(*) filter (where n_transfers > 0) as n from core.fact_contact",
        denominator_sql="select count(*) as n from core.fact_contact",
    ),
}


def contact(agent: str, **more: Any) -> dict[str, Any]:
    """A handled contact of an agent."""
    return {**_CONTACT, "last_agent_id": agent, **more}


class Laid(Reader):
    """A reader of contacts that a test made up, with each agent's team, site and sourcing."""

    def __init__(
        self,
        contacts: Iterable[Mapping[str, Any]] | pl.DataFrame,
        agents: Mapping[str, tuple[str, str, str]] | None = None,
    ) -> None:
        frame = (
            contacts
            if isinstance(contacts, pl.DataFrame)
            else pl.DataFrame(list(contacts), infer_schema_length=None, schema_overrides=_TYPES)
        )
        told = agents or dict.fromkeys(frame["last_agent_id"].unique(), ("A", "here", "in_house"))
        self.path = Path("made-up.duckdb")
        self._con = duckdb.connect(config={"threads": 1})
        self._con.execute("create schema core")
        self._lay("fact_contact", frame.with_columns(pl.col("hour").alias("interval_key")))
        self._lay(
            "dim_agent",
            pl.DataFrame(
                [(agent, *where, date.min, date.max) for agent, where in told.items()],
                orient="row",
                schema=["agent_id", "team", "site", "sourcing", "valid_from", "valid_to"],
            ),
        )
        hours = [(hour, f"{hour:02d}:00", frame["local_date"].min()) for hour in range(24)]
        self._lay(
            "dim_interval",
            pl.DataFrame(hours, orient="row", schema=["interval_key", "local_time", "local_date"]),
        )

    def _lay(self, table: str, frame: pl.DataFrame) -> None:
        self._con.register("frame", frame)
        self._con.execute(f"create table core.{table} as select * from frame")
        self._con.unregister("frame")

    def metrics(self) -> dict[tuple[str, int], Metric]:
        return {(name, 1): found for name, found in METRICS.items()}

    def of_week(self) -> Found:
        """Who is compared in the week, by metric and kind of scope."""
        return comparisons.read(self, "week", [WEEK])[WEEK]

    def handle_time(self, kind: str = "agent") -> dict[str, Subject]:
        """Their handle times, by who they are."""
        found = comparisons.read(self, "week", [WEEK], [HANDLE_TIME])[WEEK]
        return {s.id: s for s in found["average_handle_time"][kind]}


def rmse(said: Iterable[float], true: Iterable[float]) -> float:
    """Root mean square error."""
    return math.sqrt(fmean((a - b) ** 2 for a, b in zip(said, true, strict=True)))


def rank_correlation(said: list[float], true: list[float]) -> float:
    """Spearman's, of values without ties."""
    n = len(said)
    gaps = sum((a - b) ** 2 for a, b in zip(_ranks(said), _ranks(true), strict=True))
    return 1 - 6 * gaps / (n * (n * n - 1))


def _ranks(values: list[float]) -> list[int]:
    place = {i: rank for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__))}
    return [place[i] for i in range(len(values))]
