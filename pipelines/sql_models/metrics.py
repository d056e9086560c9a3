"""The registry of metrics: `models/metrics/*.yml`, and a project's own, read and checked.

A metric is data. `kpi_sql` makes the SQL of the marts from it; the glossary, goals and
`callmart explain` read it from `ops.metric_definition`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from pipelines.sql_models.model import ModelError, faults
from pipelines.storage.duck import insert_rows
from pipelines.yaml_text import YAMLError, read_yaml

ScopeKind = Literal["all", "queue", "queue_group", "channel", "direction", "agent", "site"]
Grain = Literal["interval", "day"]
Fact = Literal[
    "fact_queue_visit",
    "fact_queue_refusal",
    "fact_agent_offer",
    "fact_handle_segment",
    "fact_contact",
    "fact_agent_state_interval",
]

_ATTRIBUTION: dict[str, str] = {
    "fact_queue_visit": "queue entry",
    "fact_queue_refusal": "refusal",
    "fact_agent_offer": "offer",
    "fact_handle_segment": "connect",
    "fact_contact": "contact start",
    "fact_agent_state_interval": "split at interval edges",
}
SCOPES_OF: dict[str, frozenset[str]] = {
    "fact_queue_visit": frozenset({"all", "queue", "queue_group", "channel", "direction", "site"}),
    "fact_queue_refusal": frozenset(
        {"all", "queue", "queue_group", "channel", "direction", "site"}
    ),
    "fact_agent_offer": frozenset({"all", "queue", "queue_group", "agent", "site"}),
    "fact_handle_segment": frozenset(
        {"all", "queue", "queue_group", "channel", "direction", "agent", "site"}
    ),
    "fact_contact": frozenset(
        {"all", "queue", "queue_group", "channel", "direction", "agent", "site"}
    ),
    "fact_agent_state_interval": frozenset({"all", "agent", "site"}),
}
"""Scopes for which each fact can be counted: waiting has no agent, an agent's time no queue."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """What is added up over the rows of one fact."""

    fact: Fact
    sql: str
    """Aggregates over the fact's columns, and arithmetic between them."""
    attribution: str
    """Which instant of a row decides its period; the fact has but one."""
    credit: Literal["last", "transfer"] = "last"
    """Of contacts: whose queue and agent they count for."""

    @model_validator(mode="after")
    def _fits(self) -> "Part":
        if self.attribution != _ATTRIBUTION[self.fact]:
            raise ValueError(
                f"rows of {self.fact} are attributed at: {_ATTRIBUTION[self.fact]}; "
                f"it says {self.attribution!r}"
            )
        if self.credit != "last" and self.fact != "fact_contact":
            raise ValueError("only contacts are credited; leave out credit")
        return self

    @property
    def query(self) -> str:
        """The part as a statement that runs, over all time."""
        return f"select {self.sql} as n from core.{self.fact}"


class Coverage(_Strict):
    """Of how many cases that matter what the metric needs is known."""

    known: Part
    of: Part


def _listed(given: object) -> object:
    return [given] if isinstance(given, dict) else given


class Metric(_Strict):
    """One version of one metric."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date | None = None
    """First day of the definition; None: as long as there are data."""
    name: str
    description: str
    formula: str
    unit: Literal["count", "percent", "seconds", "per_hour"]
    direction: Literal["higher", "lower", "neutral"]
    """Which way is good."""
    numerator: Annotated[tuple[Part, ...], BeforeValidator(_listed), Field(min_length=1)]
    """Several parts are added."""
    denominator: Part | None = None
    n: Part | None = None
    """Cases behind a value; the denominator of a share or mean, the count itself, when left out."""
    square: Part | None = None
    """Sum of the squared single values of a mean."""
    coverage: Coverage | None = None
    scopes: tuple[ScopeKind, ...]
    grains: tuple[Grain, ...] = ("interval", "day")
    additivity: Literal["additive", "ratio", "estimator", "percentile", "maximum"]
    """How values of several periods or scopes combine: added; parts added, then divided; not at
    all (an estimator's parts depend on all rows of its scope and period); the last two stored."""
    min_n: Annotated[int, Field(ge=0)] = 0
    interval_method: Literal["wilson", "t", "none"] = "none"
    goal: float | None = None
    source: str

    @property
    def ref(self) -> str:
        """How reports print it: service_level@1."""
        return f"{self.id}@{self.version}"

    @property
    def is_stored(self) -> bool:
        """Its value is no quotient of sums: it is taken from the rows of each scope and period."""
        return self.additivity in ("percentile", "maximum")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part it is made of."""
        own = (self.denominator, self.n, self.square)
        covered = (self.coverage.known, self.coverage.of) if self.coverage else ()
        return (*self.numerator, *(part for part in own if part), *covered)

    @model_validator(mode="after")
    def _parts_fit(self) -> "Metric":
        is_divided = self.additivity in ("ratio", "estimator")
        if is_divided != (self.denominator is not None):
            raise ValueError("a ratio or estimator has a denominator, and nothing else has one")
        if self.is_stored and self.n is None:
            raise ValueError(f"a {self.additivity} needs n: the cases behind it")
        if (self.interval_method == "t") != (self.square is not None):
            raise ValueError("interval_method t needs square, and nothing else does")
        if self.interval_method == "wilson" and self.unit != "percent":
            raise ValueError("wilson is for shares: unit percent")
        for part in self.parts:
            lacking = set(self.scopes) - SCOPES_OF[part.fact]
            if lacking:
                raise ValueError(f"{part.fact} has no scope {', '.join(sorted(lacking))}")
        return self


_METRICS = TypeAdapter(list[Metric])


def load_metrics(extra: Path | None = None) -> list[Metric]:
    """The registry, in the order of its files.

    Args:
        extra: a project's own `metrics` folder, read after the shipped one.

    Raises:
        ModelError: a file is wrong, or a version of a metric is defined twice.
    """
    own = _read(extra) if extra is not None and extra.is_dir() else ()
    found: dict[str, Metric] = {}
    origin: dict[str, Traversable] = {}
    for file, metric in (*_shipped(), *own):
        if metric.ref in found:
            raise ModelError(
                f"{file}: {metric.ref} is defined already in {origin[metric.ref]}; a changed "
                "definition takes the next version"
            )
        found[metric.ref], origin[metric.ref] = metric, file
    return list(found.values())


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[Traversable, Metric], ...]:
    import models

    return tuple(_read(files(models) / "metrics"))


def _read(folder: Traversable) -> Iterator[tuple[Traversable, Metric]]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yml"):
            continue
        try:
            metrics = _METRICS.validate_python(read_yaml(file.read_text(encoding="utf-8")) or [])
        except YAMLError as error:
            raise ModelError(f"{file}: not YAML: {error}") from None
        except ValidationError as error:
            raise ModelError(f"{file}: wrong metric:\n{faults(error)}") from None
        yield from ((file, metric) for metric in metrics)


def metric_definitions(
    goals: Mapping[str, float] | None = None, *, extra: Path | None = None
) -> list[dict[str, Any]]:
    """Rows for `ops.metric_definition`, in order of id and version.

    Args:
        goals: the centre's own goals by metric id, in the metric's unit (percent: 0 to 100);
            each replaces the registry's.
        extra: see `load_metrics`.

    Raises:
        ModelError: the registry is wrong, or a goal is for a metric that does not exist.
    """
    metrics = load_metrics(extra)
    own = dict(goals or {})
    known = {metric.id for metric in metrics}
    for name in own:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ModelError(f"goals.{name}: there is no metric of this name{hint}")
    ordered = sorted(metrics, key=lambda metric: (metric.id, metric.version))
    return [_definition(metric, own.get(metric.id, metric.goal)) for metric in ordered]


def _definition(metric: Metric, goal: float | None) -> dict[str, Any]:
    return {
        "metric_id": metric.id,
        "metric_version": metric.version,
        "valid_from": metric.valid_from,
        "metric_name": metric.name,
        "description": metric.description,
        "formula": metric.formula,
        "unit": metric.unit,
        "direction": metric.direction,
        "numerator_sql": "\n".join(part.query for part in metric.numerator),
        "denominator_sql": metric.denominator.query if metric.denominator else None,
        "additivity": metric.additivity,
        "min_n": metric.min_n,
        "interval_method": metric.interval_method,
        "goal": None if goal is None else float(goal),
        "scopes": ";".join(metric.scopes),
        "definition_source": metric.source,
    }


def write_definitions(con: Any, definitions: Iterable[Mapping[str, Any]]) -> None:
    """Replace the rows of `ops.metric_definition` on a DuckDB connection."""
    rows = [list(row.values()) for row in definitions]
    con.execute("delete from ops.metric_definition")
    insert_rows(con, "ops.metric_definition", rows)
