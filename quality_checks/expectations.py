"""Run suites with Great Expectations over an open DuckDB connection.

Great Expectations is imported in here only: it takes seven seconds. No project folder, no data
docs, no progress bars, no analytics. Each suite is asked twice at most: first whether it holds,
with its queries of unexpected rows as one expectation; then, of the expectations that may not,
how many rows break them and by which SQL these are found.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING, Any

from pipelines.sql_models.build import Window
from pipelines.storage.duck import identifier
from quality_checks.catalogue import Columns
from quality_checks.header_tests import windowed
from quality_checks.result import (
    CheckResult,
    CheckSpec,
    broken,
    failed_to_run,
    held,
    sample_text,
    samples,
    without_numbers,
)
from quality_checks.screen import screen, screened
from quality_checks.suite import Rule, Suite

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from great_expectations.core import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.datasource.fluent.interfaces import Batch

_VIEW = "checked_rows"


@dataclass(frozen=True)
class _Subject:
    """The temporary view that Great Expectations reads: it takes no schema beside a table."""

    con: "DuckDBPyConnection"
    view: str
    select: str

    def runnable(self, sql: str) -> str:
        """A query of Great Expectations, with the view spelled out."""
        return f"with {self.view} as ({self.select}) select * from ({sql.strip().rstrip(';')})"


def run_suites(
    con: "DuckDBPyConnection", suites: Iterable[Suite], window: Window | None = None
) -> Iterator[CheckResult]:
    """Carry out suites, one after the other; an error is a finding, not an exception.

    Args:
        con: no transaction open; nobody else uses it meanwhile.
        suites: what to ask.
        window: relations with `local_date` are asked for these days only.
    """
    suites = list(suites)
    if not suites:
        return
    from quality_checks.gx_duckdb import shared

    columns = Columns(con, [suite.relation for suite in suites])
    with shared(con, f"checked_{get_ident()}") as lent:
        for suite in suites:
            with _subject(con, suite, columns, window) as subject:
                if isinstance(subject, Exception):
                    yield from (
                        failed_to_run(suite.spec(rule), subject) for rule in suite.expectations
                    )
                else:
                    lent.show(subject.view, columns.of(suite.relation))
                    yield from _run_suite(lent.url, suite, subject)


@lru_cache(maxsize=1)
def _checked_rows(url: str) -> "BatchDefinition":
    """What reads the temporary view, which has the same name for each suite of each run.

    Great Expectations writes its whole configuration anew for every context and asset: one each is
    enough for a process. It looks whether the view is there.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql(
        "warehouse", connection_string=url, create_temp_table=False
    )
    return source.add_table_asset("rows", table_name=_VIEW).add_batch_definition_whole_table("all")


@contextmanager
def _subject(
    con: "DuckDBPyConnection", suite: Suite, known: Columns, window: Window | None
) -> Generator["_Subject | Exception"]:
    import duckdb

    try:
        rows = windowed(suite.relation, known.of(suite.relation), window)
        subject = _Subject(con, _VIEW, f"select * from {rows}")
        con.execute(f"create or replace temp view {_VIEW} as {subject.select}")
    except duckdb.Error as error:
        yield error
        return
    try:
        yield subject
    finally:
        con.execute(f"drop view if exists temp.{_VIEW}")


def _run_suite(url: str, suite: Suite, subject: _Subject) -> Iterator[CheckResult]:
    try:
        batch = _checked_rows(url).get_batch()
        doubtful = _doubtful(batch, suite)
        more = {
            "result_format": "BASIC",
            "unexpected_index_column_names": list(suite.sample_key),
            "return_unexpected_index_query": True,
            "partial_unexpected_count": 0,
        }
        second = _validate(batch, doubtful, more) if doubtful else {}
    except Exception as error:
        yield from (failed_to_run(suite.spec(rule), error) for rule in suite.expectations)
        return
    for rule in suite.expectations:
        result = second.get(rule.id)
        if rule not in doubtful or _held(result):
            yield held(suite.spec(rule))
        else:
            yield _finding(suite.spec(rule), rule, result, suite, subject)


def _doubtful(batch: "Batch", suite: Suite) -> list[Rule]:
    """The expectations that do not hold, and those of which only some one does not."""
    together = screened(suite.expectations)
    asked = [rule for rule in suite.expectations if rule not in together]
    all_of_them = [screen(together)] if together else []
    found = _validate(batch, [*asked, *all_of_them], {"result_format": "BOOLEAN_ONLY"})
    broken = [rule for rule in asked if not _held(found.get(rule.id))]
    if not all(_held(found.get(rule.id)) for rule in all_of_them):
        broken += together
    return broken


def _held(result: "ExpectationValidationResult | None") -> bool:
    return result is not None and bool(result.success)


def _validate(
    batch: "Batch", rules: Iterable[Rule], result_format: dict[str, Any]
) -> "dict[str, ExpectationValidationResult]":
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    expectations = [
        ExpectationConfiguration(
            type=rule.type,
            kwargs=dict(rule.kwargs),
            meta={"rule": rule.id},
            severity=FailureSeverity(rule.severity),
        ).to_domain_obj()
        for rule in rules
    ]
    suite = gx.ExpectationSuite(name="suite", expectations=expectations)
    outcome: ExpectationSuiteValidationResult = batch.validate(suite, result_format=result_format)
    return {str(_meta(r).get("rule")): r for r in outcome.results}


def _meta(result: "ExpectationValidationResult") -> Mapping[str, Any]:
    config = result.expectation_config
    return (config.meta or {}) if config is not None else {}


def _finding(
    spec: CheckSpec,
    rule: Rule,
    result: "ExpectationValidationResult | None",
    suite: Suite,
    subject: _Subject,
) -> CheckResult:
    if result is None:
        return failed_to_run(spec, "Great Expectations gave no result")
    found: Mapping[str, Any] = result.result or {}
    sql = _failing_sql(rule, found, subject)
    error = _error(result)
    if error:
        return failed_to_run(spec, error, sql)
    if rule.type == "unexpected_rows_expectation":
        n_bad, columns = int(found.get("observed_value") or 0), "*"
    else:
        n_bad = found.get("unexpected_count")
        columns = ", ".join(map(identifier, suite.sample_key))
    if n_bad is None:
        detail = f"found {without_numbers(found.get('observed_value'))}"
    else:
        rows = samples(subject.con, sql, columns) if sql else []
        detail = f"{n_bad:,} found: {sample_text(rows)}"
    return broken(spec, detail, n_bad=n_bad, failing_sql=sql)


def _failing_sql(rule: Rule, found: Mapping[str, Any], subject: _Subject) -> str | None:
    if rule.type == "unexpected_rows_expectation":
        query = str(rule.kwargs["unexpected_rows_query"])
        return subject.runnable(query.replace("{batch}", subject.view))
    query = found.get("unexpected_index_query")
    return subject.runnable(query) if isinstance(query, str) else None


def _error(result: "ExpectationValidationResult") -> str | None:
    info = result.exception_info or {}
    for each in (info, *info.values()):
        if isinstance(each, Mapping) and each.get("raised_exception"):
            return str(each.get("exception_message"))
    return None
