"""All SQL of the reports: reads the published warehouse, and nothing else, read-only.

Each query is a file of `reports/sql`; values are bound by name.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

from reports import estimates
from reports.errors import ReportError, of_this_version
from reports.format import local
from reports.number_rows import (
    as_float,
    goal_of,
    metric_of,
    period_number,
    skipped_by_rule,
)
from reports.records import Metric, Number, Numbers, Period, Row, Stamp, Trust
from reports.spans import Span
from reports.steps import MOST_WAIT_STEPS, bin_seconds, wait_step_ms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import polars as pl

    from reports.number_rows import Goals
    from reports.spans import Grain

_INSTANTS = {"fact_queue_visit": "entered_at", "fact_agent_offer": "offered_at"}
"""Facts whose metrics can be counted by the minute, and by which instant."""


@cache
def sql_text(name: str) -> str:
    """The text of one query of `reports/sql`."""
    return (files("reports") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class Reader:
    """A published warehouse, opened read-only; use it as a context manager."""

    def __init__(self, warehouse: Path, *, threads: int | None = None) -> None:
        from pipelines.storage.duck import connect

        if not warehouse.exists():
            raise ReportError(f"{warehouse} does not exist: publish one first with `callmart run`")
        self.path = warehouse
        self._con = connect(warehouse, read_only=True, threads=threads)
        self._metrics: dict[tuple[str, int], Metric] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def rows(self, name: str, **values: Any) -> list[Row]:
        """Rows of one query of `reports/sql`."""
        return self._fetch(sql_text(name), values)

    def _fetch(self, sql: str, values: Row) -> list[Row]:
        found = self._tuples(sql, values)
        columns = [c[0] for c in self._con.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found]

    def _tuples(self, sql: str, values: Row) -> list[tuple]:
        with of_this_version(self.path):
            return self._con.execute(sql, values or None).fetchall()

    def frame(self, name: str, parts: Mapping[str, str]) -> pl.DataFrame:
        """Rows of a query that is completed with SQL, as columns.

        Nothing is bound: a relation with bound values costs DuckDB a second.
        """
        with of_this_version(self.path):
            return self._con.sql(sql_text(name).format(**parts)).pl()

    def columns_of(self, schema: str) -> dict[str, list[str]]:
        """Table or view of a schema -> its columns, in order."""
        return {r["name"]: self._columns(r) for r in self._relations if r["schema"] == schema}

    def metrics(self) -> dict[tuple[str, int], Metric]:
        """The registry: (id, version) -> definition."""
        if self._metrics is None:
            self._metrics = {
                (r["metric_id"], r["metric_version"]): metric_of(r) for r in self.rows("metrics")
            }
        return self._metrics

    def days(self) -> list[Row]:
        """Local days with data, oldest first."""
        return self.rows("days")

    def stamp(self) -> Stamp:
        """The publication, its instants in the centre's zone.

        Raises:
            ReportError: the warehouse was never published.
        """
        found = self.rows("publication")
        if not found:
            raise ReportError("the warehouse has no publication: publish it with `callmart run`")
        row, centre = found[0], self.rows("centre")[0]
        zone = centre["reporting_zone"]
        marks = [datetime.fromisoformat(v) for v in json.loads(row["watermarks"] or "{}").values()]
        naive = [m.astimezone(UTC).replace(tzinfo=None) if m.tzinfo else m for m in marks]
        return Stamp(
            publication_id=row["publication_id"],
            run_id=row["run_id"],
            code_version=row["code_version"],
            published_at=local(row["published_at"], zone),
            data_up_to=local(max(naive), zone) if naive else None,
            zone=zone,
            currency=centre["reporting_currency"],
        )

    def trust(self) -> Trust:
        """Files, checks, feeds and thresholds: how far the numbers can be trusted."""
        names = (
            "checks", "waivers", "files", "quarantine", "feeds", "queues", "rebuilt",
        )  # fmt: skip
        found = {name: self.rows(name) for name in names}
        return Trust(skipped=skipped_by_rule(found["files"]), **found)

    def agents(self) -> dict[str, Row]:
        """Agents by id."""
        return {r["agent_id"]: r for r in self.rows("agents")}

    def numbers_of(
        self,
        grain: Grain,
        first: date,
        last: date,
        wanted: Mapping[str, Iterable[str]],
        *,
        agents_from: date | None = None,
    ) -> dict[Span, Numbers]:
        """Numbers of each day, week or month that begins in a range.

        Asking costs most of a second, whatever is asked: ask once for all that is needed.

        Args:
            grain: which.
            first: the earliest first day.
            last: the latest first day.
            wanted: kind of scope -> metrics.
            agents_from: the first day of which those of agents are asked for, who are many.
        """
        pairs = [(kind, metric) for kind, metrics in wanted.items() for metric in set(metrics)]
        values = {
            "from_date": first,
            "to_date": last,
            "kinds": [kind for kind, _ in pairs],
            "metrics": [metric for _, metric in pairs],
            "agents_from": agents_from or first,
        }
        found: dict[date, list[Number]] = {}
        known = self.metrics()
        for day, metric, version, *number in self._tuples(
            sql_text("kpi_spans").format(grain=grain), values
        ):
            found.setdefault(day, []).append(Number(known[metric, version], *number))
        return {Span(grain, day): Numbers(found[day]) for day in sorted(found)}

    def rows_of(self, name: str, grain: Grain, first: date, last: date) -> list[Row]:
        """Rows of a query that sums by the first day of each day, week or month of a range."""
        sql = sql_text(name).format(grain=grain)
        return self._fetch(sql, {"from_date": first, "to_date": last})

    def rows_by_day(self) -> dict[date, list[tuple[str, int]]]:
        """What the warehouse holds of each local day: tables, and a sum over all their rows.

        The sums are those of this machine's DuckDB: good for telling whether rows changed.
        """
        found: dict[date, list[tuple[str, int]]] = {}
        for table in self._tables():
            if "local_date" in self._columns(table):
                sql = sql_text("rows_by_day").format(**table)
                for row in self._fetch(sql, {}):
                    found.setdefault(row["local_date"], []).append((table["name"], row["rows_sum"]))
        return found

    def undated_rows(self, without: Collection[str]) -> list[tuple[str, int]]:
        """The dimensions that have no days, and a sum over all rows of each."""
        found = []
        for table in self._tables():
            is_asked = table["name"].startswith("dim_") and table["name"] not in without
            if is_asked and "local_date" not in self._columns(table):
                rows = self._fetch(sql_text("rows_in_all").format(**table), {})
                found.append((table["name"], rows[0]["rows_sum"]))
        return found

    @cached_property
    def _relations(self) -> list[Row]:
        return self.rows("relations")

    def _tables(self) -> list[Row]:
        return [relation for relation in self._relations if relation["is_table"]]

    def _columns(self, relation: Row) -> list[str]:
        """Of one relation: DuckDB's list of all columns binds every view, which takes a second."""
        sql = sql_text("columns").format(**relation)
        return [name for name, *_ in self._con.execute(sql).description or ()]

    def mixed(
        self, grain: Grain, first: date, last: date, parts: Mapping[str, str], values: Row
    ) -> list[Row]:
        """Rows of the query that compares on the same mix; `parts` are its expressions."""
        sql = sql_text("mix").format(grain=grain, **parts)
        return self._fetch(sql, {"from_date": first, "to_date": last, **values})

    def subjects(self, grain: Grain) -> dict[Span, set[str]]:
        """The metrics that the whole centre has cases of, by day, week or month."""
        found: dict[Span, set[str]] = {}
        for row in self._fetch(sql_text("told").format(grain=grain), {}):
            found.setdefault(Span(grain, row["local_date"]), set()).add(row["metric_id"])
        return found

    def period_numbers(self, first: date, last: date, *, metrics: list[str]) -> Numbers:
        """Metrics of a whole range, from the sums of their two parts; goals are those of its end.

        All of them for the centre, `metrics` for each queue and agent.
        """
        rows = self.rows("kpi_period", from_date=first, to_date=last, metrics=metrics)
        goals = self._goals(last)
        found = [period_number(row, self.metrics(), goals) for row in rows]
        return Numbers([*found, *self._percentiles(first, last, goals)])

    def _goals(self, day: date) -> Goals:
        found = self.rows("goals", day=day)
        return {(r["metric_id"], r["scope_kind"], r["scope_id"]): r["goal"] for r in found}

    def _percentiles(self, first: date, last: date, goals: Goals) -> Iterator[Number]:
        """What no sums give, from the rows, by the registry's own expression; for scope all."""
        span = self._centre_days(first, last)
        for metric in self.metrics().values():
            over = metric.over_fact("numerator")
            if metric.additivity == "percentile" and over and over[0] in _INSTANTS:
                sql = sql_text("percentile").format(
                    value=over[1], fact=over[0], instant=_INSTANTS[over[0]]
                )
                row = self._fetch(sql, span)[0]
                value = as_float(row["value"])
                goal = goal_of(metric, "all", "all", goals)
                yield Number(
                    metric=metric, scope_kind="all", scope_id="all", value=value, goal=goal,
                    status=estimates.status(value, goal, metric.direction),
                )  # fmt: skip

    def period(self, first: date, last: date, numbers: Numbers, limits: list[int]) -> Period:
        """All that one page shows of `first` to `last`; `limits` are the queues' T in seconds."""
        span = self._centre_days(first, last)
        days = {"from_date": first, "to_date": last}
        activity = self._activity(span)
        bin_s = bin_seconds(*activity) if activity and first == last else 0
        percentiles = self.rows("wait_percentiles", **span)[0]
        step = wait_step_ms(max([*[2.0 * t for t in limits], 1.6 * (percentiles["p95"] or 0), 5.0]))
        return Period(
            first=first,
            last=last,
            numbers=numbers,
            activity=activity,
            bin_s=bin_s,
            service=self._service(span, bin_s) if bin_s else [],
            states=self._states(first, activity, bin_s) if bin_s and activity else [],
            agent_time=self.rows("agent_time", **days),
            waits=self.rows("waits", **span, step_ms=step, last_step=MOST_WAIT_STEPS),
            wait_step_ms=step,
            percentiles=percentiles,
            outcomes=self.rows("outcomes", **span),
            offers=self.rows("offers", **span),
            volume=self.rows("volume_by_hour", **days) if first != last else [],
        )

    def course(self, metric: Metric, day: date, bin_s: int) -> list[Row]:
        """Parts of a metric by short bins of a day; empty where one fact does not hold them."""
        numerator, denominator = metric.over_fact("numerator"), metric.over_fact("denominator")
        instant = _INSTANTS.get(numerator[0]) if numerator else None
        if not numerator or not instant:
            return []
        if metric.denominator_sql and (not denominator or denominator[0] != numerator[0]):
            return []
        sql = sql_text("course").format(
            instant=instant,
            fact=numerator[0],
            numerator=numerator[1],
            denominator=denominator[1] if denominator else "null",
        )
        return self._fetch(sql, {**self._centre_days(day, day), "bin_s": bin_s})

    def _centre_days(self, first: date, last: date) -> Row:
        """Days, and from when to when (UTC) they last where the whole centre counts them."""
        days = {"from_date": first, "to_date": last}
        return days | self.rows("hours", **days)[0]

    def _service(self, span: Row, bin_s: int) -> list[Row]:
        newest = {m.id: m for m in sorted(self.metrics().values(), key=lambda m: m.version)}
        places = {
            "offered": ("offered", "numerator"), "lost": ("lost", "numerator"),
            "in_time": ("service_level", "numerator"), "counted": ("service_level", "denominator"),
        }  # fmt: skip
        found = {
            place: newest[name].over_fact(part)
            for place, (name, part) in places.items()
            if name in newest
        }
        counts = {p: e[1] for p, e in found.items() if e and e[0] == "fact_queue_visit"}
        if len(counts) < len(places):
            return []
        return self._fetch(sql_text("service_bins").format(**counts), {**span, "bin_s": bin_s})

    def _activity(self, span: Row) -> tuple[datetime, datetime] | None:
        found = self.rows("activity", **span)[0]
        return None if found["first_at"] is None else (found["first_at"], found["last_at"])

    def _states(self, day: date, activity: tuple[datetime, datetime], bin_s: int) -> list[Row]:
        first, last = activity
        return self.rows("state_spans", day=day, bin_s=bin_s, from_at=first, to_at=last)
