"""The simple tests that model headers and staging contracts declare, in few passes of plain SQL.

One statement for a relation counts empty, too small, too large and unknown values of all its
columns and the rows that share a key; only a test that does not hold is asked for the rows that
break it. References take a query each. A relation with `local_date` is tested for the days that
were rebuilt.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.sql_models.build import Window
from quality_checks.catalogue import Columns
from quality_checks.grouped import is_grouped_by
from quality_checks.result import (
    CheckResult,
    CheckSpec,
    broken,
    failed_to_run,
    held,
    is_tellable,
    sample_text,
    samples,
)
from quality_checks.sql_check import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.sql_models import Contract, SqlModel
    from pipelines.sql_models.model import ColumnTest


@dataclass(frozen=True)
class HeaderTest:
    """One declared test."""

    spec: CheckSpec
    bad_row: str | None = None
    """SQL that is true for a row that breaks it; None for tests over several rows."""
    unique: tuple[str, ...] = ()
    """Columns that together must not repeat."""
    is_grouped: bool = False
    """The relation is a view that groups its rows by those columns: they cannot repeat."""
    references: tuple[str, str] | None = None
    """Column here, and `schema.table.column` where each of its values must be."""


def declared_tests(
    models: Iterable["SqlModel"], contracts: Iterable["Contract"]
) -> list[HeaderTest]:
    """Every test of headers and contracts, contracts first."""
    found: list[HeaderTest] = []
    for contract in contracts:
        found += _of_contract(contract)
    for model in models:
        if model.path is not None or model.header.materialization != "view":
            # The generated views say metric by metric what tables hold whose grain is tested; to
            # look for doubles in them would take longer than to build the tables.
            grain = _grain(model.relation, model.header.grain)
            found.append(replace(grain, is_grouped=is_grouped_by(model, model.header.grain)))
        for column, said in model.header.columns.items():
            found += [_of_column(model.relation, column, test) for test in said.tests]
    return found


def _spec(relation: str, name: str, description: str) -> CheckSpec:
    return CheckSpec(relation, name, "critical", description)


def _grain(relation: str, columns: tuple[str, ...]) -> HeaderTest:
    words = f"No two rows share {', '.join(columns)}."
    return HeaderTest(_spec(relation, "grain_unique", words), unique=columns)


def _not_null(relation: str, column: str) -> HeaderTest:
    spec = _spec(relation, f"{column}_not_null", f"{column} is never empty.")
    return HeaderTest(spec, f'"{column}" is null')


def _limit(relation: str, column: str, kind: str, value: object) -> HeaderTest:
    words = f"{column} is never {'below' if kind == 'min' else 'above'} {value}."
    spec = _spec(relation, f"{column}_{kind}", words)
    return HeaderTest(spec, f'"{column}" {"<" if kind == "min" else ">"} {value}')


def _allowed(relation: str, column: str, words: tuple[str, ...]) -> HeaderTest:
    spec = _spec(relation, f"{column}_allowed", f"{column} is one of: {', '.join(words)}.")
    known = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return HeaderTest(spec, f'"{column}" not in ({known})')


def _of_contract(contract: "Contract") -> Iterator[HeaderTest]:
    from pipelines.sql_models.contracts import AFTER

    yield _grain(contract.relation, contract.key)
    for name, column in contract.columns.items():
        # What is concluded or configured comes from no line; it has a day all the same.
        has_line = name in AFTER and contract.unit == "contact"
        has_day = name == "local_date" and contract.unit != "reference"
        if column.required or has_line or has_day:
            yield _not_null(contract.relation, name)
        if column.minimum is not None:
            yield _limit(contract.relation, name, "min", f"{column.minimum:g}")
        if column.allowed:
            yield _allowed(contract.relation, name, column.allowed)


def _of_column(relation: str, column: str, test: "ColumnTest") -> HeaderTest:
    value = test.value
    if test.kind == "not_null":
        return _not_null(relation, column)
    if test.kind == "unique":
        spec = _spec(relation, f"{column}_unique", f"No two rows share {column}.")
        return HeaderTest(spec, unique=(column,))
    if test.kind == "allowed" and isinstance(value, tuple):
        return _allowed(relation, column, value)
    if test.kind == "references" and isinstance(value, str):
        words = f"Every {column} is found in {value}."
        spec = _spec(relation, f"{column}_references", words)
        return HeaderTest(spec, references=(column, value))
    return _limit(relation, column, test.kind, value)


def run_tests(
    con: "DuckDBPyConnection", tests: Iterable[HeaderTest], window: Window | None = None
) -> Iterator[CheckResult]:
    """Carry out tests, relation by relation; an error is a finding, not an exception."""
    tests = list(tests)
    columns = Columns(con, {test.spec.relation for test in tests})
    for relation, group in groupby(tests, key=lambda test: test.spec.relation):
        yield from _run_relation(con, relation, list(group), columns, window)


def _run_relation(
    con: "DuckDBPyConnection",
    relation: str,
    tests: list[HeaderTest],
    known: Columns,
    window: Window | None,
) -> Iterator[CheckResult]:
    import duckdb

    try:
        columns = list(known.of(relation))
    except duckdb.Error as error:
        yield from (failed_to_run(test.spec, error) for test in tests)
        return
    source = windowed(relation, columns, window)
    sound = _sound(con, source, tests)
    for test in tests:
        if test in sound:
            yield held(test.spec)
            continue
        sql = _offenders(source, columns, test)
        try:
            yield _result(con, test, sql, _count(con, sql))
        except duckdb.Error as error:
            yield failed_to_run(test.spec, error, sql)


def windowed(relation: str, columns: Iterable[str], window: Window | None) -> str:
    """What to select from: the relation, or its rows of the window and those of no day."""
    if window is None or "local_date" not in columns:
        return relation
    days = f"{literal(window.from_date)} and {literal(window.to_date)}"
    return f"(select * from {relation} where local_date between {days} or local_date is null)"


def _sound(
    con: "DuckDBPyConnection", source: str, tests: list[HeaderTest]
) -> Collection[HeaderTest]:
    """Tests that are known to hold from one look at the rows; of the others nothing is known."""
    import duckdb

    asked = {
        test: _n_suspects(test) for test in tests if not test.references and not test.is_grouped
    }
    sound = {test for test in tests if test.is_grouped}
    # The grain is often the key as well: ask once.
    parts = list(dict.fromkeys(asked.values()))
    if not parts:
        return sound
    try:
        row = con.execute(f"select {', '.join(parts)} from {source}").fetchone() or ()
    except duckdb.Error:
        # One of them cannot be asked; asked alone, each says which.
        return sound
    counts = dict(zip(parts, row, strict=True))
    return sound | {test for test, part in asked.items() if counts[part] == 0}


def _n_suspects(test: HeaderTest) -> str:
    """SQL of an aggregate that is 0 only if the test holds.

    Equal keys have equal hashes, which are counted faster than keys of several columns; different
    keys may share one, so that a suspect is no proof.
    """
    if test.unique:
        key = ", ".join(f'"{column}"' for column in test.unique)
        return f"count(*) - count(distinct hash({key}))"
    return f"count(*) filter (where {test.bad_row})"


def _offenders(source: str, columns: list[str], test: HeaderTest) -> str:
    if test.unique:
        key = ", ".join(f'"{column}"' for column in test.unique)
        return f"select {key}, count(*) as n_rows from {source} group by {key} having count(*) > 1"
    if test.references:
        column, target = test.references
        there, _, other = target.rpartition(".")
        return (
            f'select "{column}", count(*) as n_rows from {source} where "{column}" is not null '
            f'and "{column}" not in (select "{other}" from {there} where "{other}" is not null) '
            f'group by "{column}"'
        )
    told = ", ".join(f'"{column}"' for column in columns if is_tellable(column)) or "*"
    return f"select {told} from {source} where {test.bad_row}"


def _count(con: "DuckDBPyConnection", sql: str) -> int:
    row = con.execute(f"select count(*) from ({sql})").fetchone()
    return int(row[0]) if row else 0


def _result(con: "DuckDBPyConnection", test: HeaderTest, sql: str, n_bad: int) -> CheckResult:
    if not n_bad:
        return held(test.spec)
    words = sample_text(samples(con, sql))
    return broken(test.spec, f"{n_bad:,} found: {words}", n_bad=n_bad, failing_sql=sql)
