"""Row cases of models, as tests/models/README.md describes them: reading, filling in, running."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import yaml

from assets.active import counted_facts, made_of
from assets.ingest.calendar import calendar_intervals
from pipelines.sql_models.contracts import BEFORE, Contract, load_contracts
from pipelines.sql_models.empty import empty_inputs
from pipelines.sql_models.kpi_sql import generated_models
from pipelines.sql_models.metrics import load_metrics, metric_definitions
from pipelines.sql_models.model import SqlModel
from tests.models.refill import Refill

FOLDER = Path(__file__).parent
KEYS = {"case", "given", "defaults", "where", "expect"}

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where there is one: every worker reads all cases."""
A_MOMENT = datetime.fromisoformat("2026-01-05 10:00:00")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One case of one model."""

    relation: str
    name: str
    given: dict[str, Rows]
    defaults: dict[str, dict[str, Any]]
    where: str
    expect: Rows


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Every case below a folder, in order of file."""
    files = sorted(folder.glob("*/*/*.yml"))
    return [case for file in files for case in read_file(file)]


def read_file(file: Path) -> Iterator[Case]:
    """The cases of one file; a first document without a name is shared by the others."""
    relation = f"{file.parent.parent.name}.{file.parent.name}"
    shared: dict[str, Any] = {}
    for number, found in enumerate(yaml.load_all(file.read_text(encoding="utf-8"), _LOADER)):
        document = found or {}
        unknown = document.keys() - KEYS
        assert not unknown, f"{file}: unknown {', '.join(sorted(unknown))}"
        if number == 0 and "case" not in document:
            shared = document
            continue
        assert {"case", "expect"} <= document.keys(), f"{file}: a case needs `case` and `expect`"
        yield Case(
            relation=relation,
            name=f"{relation}: {document['case']}",
            given={**shared.get("given", {}), **document.get("given", {})},
            defaults={**shared.get("defaults", {}), **document.get("defaults", {})},
            where=document.get("where", shared.get("where", "true")),
            expect=document["expect"],
        )


class Bench:
    """A warehouse in memory in which cases are laid out, one after the other.

    Each relation is made once, and filled by a statement that is planned once: to plan it costs
    more than to run it on a few rows.
    """

    def __init__(self, models: list[SqlModel], columns: dict[str, dict[str, str]]) -> None:
        self.models = {model.relation: model for model in models}
        self.columns = columns
        self.contracts = {c.relation: c for c in load_contracts().values()}
        self.con = empty_inputs()
        self.con.execute("create schema core; create schema marts")
        # Without the constraints of ops, which a case need not keep; the window stays all time.
        made = (relation for relation in columns if relation != "ops.build_window")
        self.con.execute(";".join(map(self._empty, made)))
        self.refill = Refill(self.con)
        self._lay("ops.metric_definition", metric_definitions())

    def run(self, case: Case) -> Rows:
        """The model's rows in this case: the columns that the case expects, or all."""
        unknown = case.given.keys() - self.columns.keys()
        assert not unknown, f"{case.name}: no such relation: {', '.join(sorted(unknown))}"
        given = {name: self._filled(case, name, rows) for name, rows in case.given.items()}
        laid = {**_ops_defaults(given), **given}
        # One transaction writes to one catalog: staging is emptied by hand, the rest rolled back.
        staging = [relation for relation in laid if relation in self.contracts]
        for relation in staging:
            self._lay(relation, laid.pop(relation))
        self.con.begin()
        try:
            for relation, rows in laid.items():
                if relation.startswith("ops."):
                    self.con.execute(f"delete from {relation}")
                self._lay(relation, rows)
            return self._result(case, set(given))
        finally:
            self.con.rollback()
            self.con.execute(";".join(f"delete from {relation}" for relation in staging))

    def _result(self, case: Case, there: set[str]) -> Rows:
        active = made_of(there, self.models.values())
        marts = self._kpi_marts(case, active) if case.relation.startswith("marts.") else {}
        self._build(case.relation, there, active, self.models | marts)
        names = list(dict.fromkeys(itertools.chain(*case.expect))) or ["*"]
        found = self.con.sql(f"select {', '.join(names)} from {case.relation} where {case.where}")
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def _filled(self, case: Case, relation: str, rows: Rows) -> Rows:
        own = case.defaults.get(relation, {})
        known = self.columns[relation]
        filled = []
        for number, row in enumerate(rows, start=1):
            unknown = (row.keys() | own.keys()) - known.keys()
            assert not unknown, f"{case.name}: {relation} has no {', '.join(sorted(unknown))}"
            contract = self.contracts.get(relation)
            given = own | row
            if contract:
                filled.append(_contract_row(contract, given, number))
            else:
                filled.append({name: given.get(name, _plain(name, known[name])) for name in known})
        return filled

    def _empty(self, relation: str) -> str:
        body = ", ".join(f"{name} {kind}" for name, kind in self.columns[relation].items())
        return f"create or replace table {relation} ({body})"

    def _lay(self, relation: str, rows: Rows | pl.DataFrame) -> None:
        if isinstance(rows, pl.DataFrame):
            self.con.register("rows_given", rows)
            self.con.execute(f"insert into {relation} by name from rows_given")
            self.con.unregister("rows_given")
        else:
            self.refill.lay(relation, rows)

    def _kpi_marts(self, case: Case, active: set[str]) -> dict[str, SqlModel]:
        """The KPI marts of the facts that are asked about: those of all facts take seconds."""
        facts = counted_facts(self.models.values(), active)
        named = [metric for metric in load_metrics() if f"'{metric.id}'" in case.where]
        if named and " like " not in case.where:
            facts &= {part.fact for metric in named for part in metric.parts}
        return _kpi_models(frozenset(facts))

    def _build(
        self, relation: str, there: set[str], active: set[str], models: dict[str, SqlModel]
    ) -> None:
        if relation in there or relation not in models:
            return
        there.add(relation)
        if relation.startswith("core.fact_") and relation not in active:
            return
        for upstream in sorted(models[relation].reads):
            self._build(upstream, there, active, models)
        self.refill.fill(relation, models[relation].sql)


@cache
def _kpi_models(facts: frozenset[str]) -> dict[str, SqlModel]:
    return {model.relation: model for model in generated_models(facts=facts)} if facts else {}


def _contract_row(contract: Contract, given: dict[str, Any], number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"source": "pbx", "zone": "Etc/UTC", "file_id": "f1", "line_no": number}
    for name, column in contract.own_columns.items():
        row[name] = _required(name, column.type, column.allowed) if column.required else None
    row |= given
    instant = row.get(contract.date_column) if contract.date_column else None
    if "local_date" not in given and isinstance(instant, datetime):
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(row["zone"]))
        row["local_date"] = local.date()
    return row


def _required(name: str, kind: str, allowed: tuple[str, ...]) -> Any:
    if kind in {"INTEGER", "BIGINT"}:
        return 1 if name.endswith(("_ordinal", "_repeat", "_rank")) else 0
    return {
        "VARCHAR": allowed[0] if allowed else "x",
        "BOOLEAN": False,
        "DOUBLE": 0,
        "DECIMAL(18,4)": 0,
        "DATE": A_MOMENT.date(),
        "TIMESTAMP": A_MOMENT,
    }[kind]


def _plain(name: str, kind: str) -> Any:
    if kind == "BOOLEAN":
        return name == "is_contact_feed"
    return {"source": "pbx", "zone": "Etc/UTC"}.get(name) if name in BEFORE else None


def _ops_defaults(given: dict[str, Rows]) -> dict[str, Rows | pl.DataFrame]:
    rows = [row for found in given.values() for row in found]
    zones = {row["zone"] for row in rows if row.get("zone")} or {"Etc/UTC"}
    reporting = next(iter(zones)) if len(zones) == 1 else "Etc/UTC"
    days = [v for row in rows for v in row.values() if isinstance(v, date) and v.year < 9000]
    instants = sorted(v if isinstance(v, datetime) else datetime.combine(v, time()) for v in days)
    first, last = (instants[0], instants[-1]) if instants else (A_MOMENT, A_MOMENT)
    sources = {row["source"] for row in rows if row.get("source")}
    return {
        "ops.calendar_interval": _quarters(
            frozenset({*zones, "Etc/UTC"}), first.date(), last.date()
        ),
        "ops.centre": [{"centre_name": "Test", "reporting_zone": reporting}],
        "ops.feed_watermark": [
            {
                "source": s,
                "feed": "queue_log",
                "watermark_at": last,
                "late_after_hours": 26,
                "is_contact_feed": True,
            }
            for s in sorted(sources)
        ],
    }


@lru_cache(maxsize=64)
def _quarters(zones: frozenset[str], first: date, last: date) -> pl.DataFrame:
    day = timedelta(days=1)
    return calendar_intervals(sorted(zones), first - day, last + day)


def comparable(rows: Rows, names: list[str]) -> list[tuple[str, ...]]:
    """Rows as sorted texts of the columns named, equal values written equally."""
    return sorted(tuple(_text(row.get(name)) for name in names) for row in rows)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, Decimal | float) and value != int(value):
        return f"{float(value):.9g}"
    if isinstance(value, int | Decimal | float):
        return str(int(value))
    return str(value)
