"""Metrics with a fault in them: whatever golden number they still give proves nothing.

A mutant is a metric of the registry with one thing changed in its SQL: its two parts swapped, a
filter or one condition of it dropped, unknown rows counted, a term left out. It is worked out from
the facts of a golden warehouse without the marts, which takes a thousandth of the time; that the
metric itself gives the golden number in the same way shows that this is fair.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.sql_models.kpi_sources import load_sources
from pipelines.sql_models.metrics import Metric, Part, load_metrics
from pipelines.sql_models.parts import cut
from tests.models.golden import Golden, is_as_expected

METRICS = {metric.id: metric for metric in load_metrics()}
_SHARES = {"0.5": "0.9", "0.9": "0.5", "0.95": "0.5"}
_TAKEN_FOR = {"is_in_counted_hours": "is_in_hours"}
"""Columns that are easily taken for another."""


@dataclass(frozen=True)
class Mutant:
    """A metric with one fault, as its two parts."""

    fault: str
    top: tuple[Part, ...]
    bottom: Part | None


def _terms(node: exp.Expression) -> Iterator[exp.Expression]:
    """What may stand in a node's place, one fault each."""
    if isinstance(node, exp.Filter | exp.Abs):
        yield node.this
    elif isinstance(node, exp.And | exp.Or | exp.Add | exp.Mul):
        yield from (node.left, node.right)
    elif isinstance(node, exp.Sub):
        yield node.left
    elif isinstance(node, exp.In) and len(node.expressions) > 1:
        for place in range(len(node.expressions)):
            fewer = node.copy()
            fewer.expressions.pop(place)
            yield fewer
    elif isinstance(node, exp.Count) and isinstance(node.this, exp.Column):
        yield exp.Count(this=exp.Star())
    elif isinstance(node, exp.Case) and len(node.args["ifs"]) == 1:
        yield node.args["ifs"][0].args["true"]
    elif isinstance(node, exp.Literal) and node.this in _SHARES:
        yield exp.Literal.number(_SHARES[node.this])
    elif isinstance(node, exp.Column) and node.name in _TAKEN_FOR:
        yield exp.column(_TAKEN_FOR[node.name])


def _faulty(sql: str) -> dict[str, str]:
    """The expression with one fault -> what the fault is."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    found = {}
    for place, node in enumerate(tree.walk()):
        for term in _terms(node):
            other = tree.copy()
            target = list(other.walk())[place]
            if target is other:
                other = term.copy()
            else:
                target.replace(term.copy())
            if _is_of_sums(other):
                told = f"{node.sql(dialect='duckdb')} -> {term.sql(dialect='duckdb')}"
                found.setdefault(other.sql(dialect="duckdb"), told)
    return found


def _is_of_sums(tree: exp.Expression) -> bool:
    """Something is added up, and no column stands outside of what is: else it would not run."""
    is_sum = any(
        isinstance(node, exp.AggFunc) or node.name.lower() == "percentile" for node in tree.walk()
    )
    return is_sum and all(
        column.find_ancestor(exp.AggFunc, exp.Anonymous, exp.Filter)
        for column in tree.find_all(exp.Column)
    )


def mutants(metric: Metric) -> Iterator[Mutant]:
    """Every faulty version of a metric."""
    tops, bottom = metric.numerator, metric.denominator
    if bottom:
        yield Mutant("parts swapped", (bottom,), tops[0])
    for place, part in enumerate(tops):
        others = tops[:place] + tops[place + 1 :]
        if others:
            yield Mutant(f"without {part.sql}", others, bottom)
        for sql, told in _faulty(part.sql).items():
            changed = part.model_copy(update={"sql": sql})
            yield Mutant(f"above: {told}", (*others, changed), bottom)
    if bottom:
        for sql, told in _faulty(bottom.sql).items():
            yield Mutant(f"below: {told}", tops, bottom.model_copy(update={"sql": sql}))


class _Sums:
    """What parts add up to in the cells of a warehouse; of one fact and cell all at once."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._sources = load_sources()
        self._found: dict[tuple[object, ...], float | None] = {}

    def look_up(self, wanted: Iterable[tuple[Part, Golden]]) -> None:
        cells = defaultdict(dict)
        for part, golden in wanted:
            cells[part.source, golden.cell][part.sql] = None
        for (source, cell), texts in cells.items():
            counted = ", ".join(map(in_full, texts))
            grain, on, kind, which = cell
            counting = self._sources[source].counting
            day = "f.local_date" if grain == "day" else "first_of_month(f.local_date)"
            scope = "true" if kind == "all" else f"{counting.scopes[kind]} = '{which}'"
            told_apart = counting.direction and kind not in ("direction", "campaign")
            inbound = "coalesce(f.direction, '') <> 'outbound'" if told_apart else "true"
            row = self._con.execute(
                f"""
                with counted as (
                    select f.* from core.{source[0]} as f {counting.joins}
                    where {day} = ? and {scope} and {inbound}
                )
                select {counted} from counted
                """,
                [on],
            ).fetchone()
            for text, number in zip(texts, row or (), strict=True):
                self._found[source, cell, text] = None if number is None else float(number)

    def value(self, metric: Metric, mutant: Mutant, golden: Golden) -> float | None:
        tops = [self._found[part.source, golden.cell, part.sql] for part in mutant.top]
        top = None if None in tops else sum(number for number in tops if number is not None)
        if mutant.bottom is None:
            return top
        bottom = self._found[mutant.bottom.source, golden.cell, mutant.bottom.sql]
        if top is None or not bottom:
            return None
        return top / bottom * (100 if metric.unit in ("percent", "points") else 1)


def in_full(sql: str) -> str:
    """Nothing to add up is 0, as in the tables of parts; of no rows there is no percentile."""
    text, place = "", 0
    for start, end, fold in cut(sql):
        piece = sql[start:end]
        text += sql[place:start]
        text += piece if fold in ("rows", "max") else f"coalesce({piece}, 0)"
        place = end
    return f"cast({text + sql[place:]} as double)"


def survivors(con: duckdb.DuckDBPyConnection, numbers: Iterable[Golden]) -> list[str]:
    """The mutants that give every golden number of their metric.

    Raises:
        AssertionError: a metric itself does not give its golden number.
    """
    by_metric: dict[str, list[Golden]] = defaultdict(list)
    for golden in numbers:
        by_metric[golden.metric].append(golden)
    trials = [
        (METRICS[name], mutant, goldens)
        for name, goldens in by_metric.items()
        for mutant in (_itself(METRICS[name]), *mutants(METRICS[name]))
    ]
    sums = _Sums(con)
    sums.look_up(
        (part, golden)
        for _, mutant, goldens in trials
        for part in (*mutant.top, *((mutant.bottom,) if mutant.bottom else ()))
        for golden in goldens
    )
    found = []
    for metric, mutant, goldens in trials:
        values = [sums.value(metric, mutant, golden) for golden in goldens]
        is_same = all(map(is_as_expected, goldens, values))
        if mutant.fault == "":
            assert is_same, f"{metric.id}: {values}, {list(map(str, goldens))}"
        elif is_same:
            found.append(f"{metric.id}, {mutant.fault}")
    return found


def coverage_survivors(con: duckdb.DuckDBPyConnection, numbers: Iterable[Golden]) -> list[str]:
    """The mutants of a metric's coverage that give every golden coverage of it, as a share of 1.

    Raises:
        AssertionError: a coverage itself is not what is expected.
    """
    sums = _Sums(con)
    by_metric: dict[str, list[Golden]] = defaultdict(list)
    for golden in numbers:
        by_metric[golden.metric].append(golden)
    found = []
    for name, goldens in by_metric.items():
        coverage = METRICS[name].coverage
        assert coverage is not None
        # A share of 1: a metric that is no percentage divides its parts and no more.
        share = METRICS[name].model_copy(
            update={"numerator": (coverage.known,), "denominator": coverage.of, "unit": "number"}
        )
        for mutant in (_itself(share), *mutants(share)):
            parts = (*mutant.top, *((mutant.bottom,) if mutant.bottom else ()))
            sums.look_up((part, golden) for part in parts for golden in goldens)
            values = [sums.value(share, mutant, golden) for golden in goldens]
            is_same = all(map(is_as_expected, goldens, values))
            if mutant.fault == "":
                assert is_same, f"{name}: {values}, {list(map(str, goldens))}"
            elif is_same:
                found.append(f"{name}, {mutant.fault}")
    return found


def _itself(metric: Metric) -> Mutant:
    return Mutant("", metric.numerator, metric.denominator)
