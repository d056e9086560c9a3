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

from pipelines.sql_models.counting import GRAINS, Grain, ScopeKind
from pipelines.sql_models.kpi_sources import Sources, load_sources
from pipelines.sql_models.model import ModelError, faults
from pipelines.storage.duck import insert_rows
from pipelines.yaml_text import YAMLError, read_yaml

Unit = Literal["count", "percent", "seconds", "per_hour", "points", "number", "money"]

Additivity = Literal["additive", "ratio", "semi", "distinct", "estimator", "percentile", "maximum"]
"""How values of several periods or scopes combine. additive: added. ratio: its parts are added,
then divided. semi: added over scopes; of periods the last day counts, as with a backlog.
estimator: not at all, its parts depend on all rows of its scope and period. distinct, percentile
and maximum: not at all; taken from the rows of each scope and period, and stored."""
_STORED = ("distinct", "percentile", "maximum")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """What is added up over the rows of one fact."""

    fact: str
    sql: str
    """Aggregates over the fact's columns, and arithmetic between them."""
    attribution: str
    """Which instant of a row decides its period; the fact has but one."""
    credit: str = "last"
    """Whose queue and agent a row counts for, where the fact can be counted in several ways."""

    @property
    def source(self) -> tuple[str, str]:
        """Fact and credit."""
        return self.fact, self.credit

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
    unit: Unit
    direction: Literal["higher", "lower", "neutral"]
    """Which way is good."""
    numerator: Annotated[tuple[Part, ...], BeforeValidator(_listed), Field(min_length=1)]
    """Several parts are added."""
    denominator: Part | None = None
    n: Part | None = None
    """Cases behind a value; the denominator of a share or mean, the count itself, when left out."""
    square: Part | None = None
    """Sum of the squared single values of a mean."""
    positive: Part | None = None
    """Cases that count for it, where others count against: promoters."""
    negative: Part | None = None
    """Cases that count against it: detractors."""
    coverage: Coverage | None = None
    unfinished: Part | Literal["never"] | None = None
    """How many of a fact's rows are not over for it, where the fact's header says otherwise; never,
    where it does not change when a row ends."""
    scopes: tuple[ScopeKind, ...]
    grains: tuple[Grain, ...] = GRAINS
    additivity: Additivity
    min_n: Annotated[int, Field(ge=0)] = 0
    interval_method: Literal["wilson", "t", "nps", "poisson", "none"] = "none"
    goal: float | None = None
    source: str

    @property
    def ref(self) -> str:
        """How reports print it: service_level@1."""
        return f"{self.id}@{self.version}"

    @property
    def is_stored(self) -> bool:
        """Its value is no quotient of sums: it is taken from the rows of each scope and period."""
        return self.additivity in _STORED

    @property
    def open_part(self) -> Part | None:
        """The count of rows that are not over for it, where it says so itself."""
        return self.unfinished if isinstance(self.unfinished, Part) else None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part it is made of."""
        own = (self.denominator, self.n, self.square, self.positive, self.negative, self.open_part)
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
        if (self.interval_method == "nps") != bool(self.positive and self.negative):
            raise ValueError("interval_method nps needs positive and negative, and nothing else")
        if self.interval_method == "wilson" and self.unit != "percent":
            raise ValueError("wilson is for shares: unit percent")
        if self.interval_method == "poisson" and self.additivity != "additive":
            raise ValueError("poisson is for counts: additivity additive")
        return self


_METRICS = TypeAdapter(list[Metric])


def load_metrics(extra: Path | None = None) -> list[Metric]:
    """The registry, in the order of its files.

    Args:
        extra: a project folder with metrics of its own in `metrics/*.yml`, read after those that
            ship.

    Raises:
        ModelError: a file is wrong, a version of a metric is defined twice, or a metric asks of a
            fact what its header does not give.
    """
    folder = None if extra is None else extra / "metrics"
    own = _read(folder) if folder is not None and folder.is_dir() else ()
    sources = load_sources(extra)
    found: dict[str, Metric] = {}
    origin: dict[str, Traversable] = {}
    for file, metric in (*_shipped(), *own):
        if metric.ref in found:
            raise ModelError(
                f"{file}: {metric.ref} is defined already in {origin[metric.ref]}; a changed "
                "definition takes the next version"
            )
        for fault in _misfits(metric, sources):
            raise ModelError(f"{file}: {metric.ref}: {fault}")
        found[metric.ref], origin[metric.ref] = metric, file
    return list(found.values())


def _misfits(metric: Metric, sources: Sources) -> Iterator[str]:
    """What a metric asks of its facts that their headers do not give."""
    for part in metric.parts:
        source = sources.get((part.fact, part.credit))
        if source is None:
            known = ", ".join(sorted(f"{fact} ({credit})" for fact, credit in sources))
            yield f"{part.fact} credited by {part.credit} is not counted; there are {known}"
            continue
        counting = source.counting
        if part.attribution != counting.attribution:
            yield (
                f"rows of {part.fact} are attributed at: {counting.attribution}; "
                f"it says {part.attribution!r}"
            )
        lacking = set(metric.scopes) - {"all", *counting.scopes}
        if lacking:
            yield f"{part.fact} has no scope {', '.join(sorted(lacking))}"
        early = GRAINS[: GRAINS.index(counting.finest)]
        if too_fine := [grain for grain in metric.grains if grain in early]:
            yield f"{part.fact} has nothing for each {', '.join(too_fine)}; leave out these grains"


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
