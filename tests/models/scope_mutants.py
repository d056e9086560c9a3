"""Facts counted for the wrong queue, agent or site: what no golden number of a scope forbids.

A mutant changes how a fact's header says that it is counted: a column taken for another (the first
agent for the last), one arm of a choice alone, a scope that every row falls into, or another credit
of the fact. As in `mutants.py` numbers are worked out from the facts, without the marts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.sql_models.counting import Counting
from pipelines.sql_models.kpi_sources import Source, load_sources
from pipelines.sql_models.metrics import Metric, Part
from tests.models.golden import Golden, is_as_expected
from tests.models.mutants import METRICS, in_full

SOURCES = load_sources()
_FIELDS = ("queue", "agent", "channel", "direction", "site", "reason", "language")
_MISTAKEN = ("queue_id", "agent_id")
"""Columns that end so are taken for each other."""


@dataclass(frozen=True)
class ScopeMutant:
    """One way of counting a fact wrongly."""

    source: Source
    fault: str
    counting: Counting
    dropped: str | None = None
    """Scope into which every row falls."""


def _others(text: str, columns: list[str]) -> Iterator[str]:
    """What may stand in place of an expression, one fault each."""
    tree = sqlglot.parse_one(text, dialect="duckdb")
    if isinstance(tree, exp.Coalesce):
        yield from (arm.sql(dialect="duckdb") for arm in (tree.this, *tree.expressions))
    elif isinstance(tree, exp.Case):
        yield tree.args["ifs"][0].args["true"].sql(dialect="duckdb")
        yield tree.args["default"].sql(dialect="duckdb")
    elif isinstance(tree, exp.Column):
        for end in _MISTAKEN:
            if tree.name.endswith(end):
                alike = (name for name in columns if name.endswith(end) and name != tree.name)
                yield from (f"f.{name}" for name in alike)


def scope_mutants(con: duckdb.DuckDBPyConnection, source: Source) -> Iterator[ScopeMutant]:
    """Every faulty way of counting a fact in the scopes it has."""
    own = source.counting
    columns = [name for name, *_ in con.execute(f"describe core.{source.fact}").fetchall()]
    for field in _FIELDS:
        text = getattr(own, field)
        if text is None:
            continue
        yield ScopeMutant(source, f"{field} dropped", own, dropped=field)
        for other in _others(text, columns):
            wrong = own.model_copy(update={field: other, f"{field}_version": None})
            yield ScopeMutant(source, f"{field}: {other}", wrong)
    for other in SOURCES.values():
        if other.fact == source.fact and other.key != source.key:
            yield ScopeMutant(source, f"credited by {other.counting.credit}", other.counting)


def _value(
    con: duckdb.DuckDBPyConnection, metric: Metric, golden: Golden, mutant: ScopeMutant | None
) -> float | None:
    def number(part: Part) -> float | None:
        source = SOURCES[part.source]
        is_hit = mutant is not None and mutant.source.key == source.key
        counting = mutant.counting if mutant and is_hit else source.counting
        scope = counting.scopes.get(golden.kind, "null")
        is_in = f"{scope} = '{golden.which}'"
        if is_hit and mutant is not None and mutant.dropped == golden.kind:
            is_in = "true"
        if counting.direction and golden.kind != "direction":
            is_in += " and coalesce(f.direction, '') <> 'outbound'"
        counted = f"core.{source.fact} as f {counting.joins}\nwhere {is_in}"
        return _number(con, counted, golden.on, part.sql)

    tops = [number(part) for part in metric.numerator]
    top = None if None in tops else sum(n for n in tops if n is not None)
    if metric.denominator is None:
        return top
    bottom = number(metric.denominator)
    if top is None or not bottom:
        return None
    return top / bottom * (100 if metric.unit in ("percent", "points") else 1)


@cache
def _number(con: duckdb.DuckDBPyConnection, counted: str, day: date, sql: str) -> float | None:
    row = con.execute(
        f"""
        with counted as (select f.* from {counted} and f.local_date = ?)
        select {in_full(sql)} from counted
        """,
        [day],
    ).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def scope_survivors(con: duckdb.DuckDBPyConnection, numbers: Iterable[Golden]) -> list[str]:
    """The mutants that give every golden number of a scope, and those that none asks about.

    Raises:
        AssertionError: counted as the header says, a golden number is another.
    """
    asked: dict[tuple[str, str], list[Golden]] = {}
    for golden in numbers:
        metric = METRICS[golden.metric]
        found = _value(con, metric, golden, None)
        assert is_as_expected(golden, found), f"{golden}: {found} and not {golden.expected}"
        for part in (*metric.numerator, *((metric.denominator,) if metric.denominator else ())):
            asked.setdefault(part.source, []).append(golden)
    return [
        f"{mutant.source.fact} ({mutant.source.counting.credit}), {mutant.fault}"
        for key, goldens in asked.items()
        for mutant in scope_mutants(con, SOURCES[key])
        if all(is_as_expected(g, _value(con, METRICS[g.metric], g, mutant)) for g in goldens)
    ]
