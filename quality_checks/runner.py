"""All checks: what they are, carrying them out, and noting what they found.

Three kinds and one order: tests that headers and contracts declare, Great Expectations suites,
reconciliations with freshness. Nothing raises because a check fails; a check that cannot run has
failed.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.sql_models.build import Window
from pipelines.sql_models.model import digest
from pipelines.storage.abreast import Work, abreast
from pipelines.storage.duck import insert_rows
from quality_checks.freshness import freshness_checks, run_freshness
from quality_checks.header_tests import HeaderTest, declared_tests, run_tests
from quality_checks.reconciliation import reconciliations, run_reconciliations
from quality_checks.result import CheckResult, CheckSpec
from quality_checks.sql_check import CheckError, SqlCheck
from quality_checks.suite import load_suites

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["CheckResult", "CheckSpec", "check_specs", "run_checks", "write_results"]


def check_specs(
    *, extra_models: Path | None = None, extra_checks: Iterable[SqlCheck] = ()
) -> list[CheckSpec]:
    """Every check there is, in the order in which they run; imports no Great Expectations.

    Args:
        extra_models: a project folder with models of its own, as `load_models` takes it.
        extra_checks: reconciliations of ingest adapters.

    Raises:
        CheckError: a check's file is wrong, or two checks of a relation share a name.
        ModelError: a model or contract is wrong.
    """
    specs = [test.spec for test in _tests(extra_models)]
    specs += [suite.spec(rule) for suite in load_suites() for rule in suite.expectations]
    specs += [check.spec for check in (*reconciliations(), *extra_checks)]
    specs += [check.spec for check in freshness_checks()]
    seen: set[tuple[str, str]] = set()
    for spec in specs:
        if (spec.relation, spec.name) in seen:
            raise CheckError(f"{spec.relation}: two checks are called {spec.name}; rename one")
        seen.add((spec.relation, spec.name))
    return specs


def checks_version(extra_models: Path | None = None) -> str:
    """Changes when what any check asks does: a mended check may pass what it refused.

    Args:
        extra_models: a project folder with models of its own.

    Raises:
        CheckError: a check's file is wrong.
        ModelError: a model or contract is wrong.
    """
    asked = (_tests(extra_models), load_suites(), list(reconciliations()), freshness_checks())
    return digest(*(repr(part) for part in asked))


def _tests(extra_models: Path | None) -> list[HeaderTest]:
    from pipelines.sql_models.contracts import load_contracts
    from pipelines.sql_models.kpi_sql import generated_models
    from pipelines.sql_models.model_files import own_files, shipped_files

    # Headers alone count here, and those of the KPI marts are the same whatever they hold.
    generated = generated_models(extra_models, facts=())
    models = [*shipped_files(), *own_files(extra_models), *generated]
    return declared_tests(models, load_contracts().values())


def run_checks(
    con: "DuckDBPyConnection",
    *,
    relations: Collection[str] | None = None,
    window: Window | None = None,
    on_result: Callable[[CheckResult], None] | None = None,
    lake: Path | None = None,
    now: datetime | None = None,
    extra_models: Path | None = None,
    extra_checks: Iterable[SqlCheck] = (),
    n_threads: int = 1,
) -> list[CheckResult]:
    """Carry out all checks; exactly one result for each of `check_specs`, in that order.

    Args:
        con: the warehouse is its default catalog, staging is attached, no transaction is open.
        relations: only checks about these; all when left out.
        window: facts, staging and marts are checked for these local days; all when left out.
        on_result: told each result, kind by kind as they end.
        lake: the project's lake, for checks that read raw lines.
        now: instant (UTC) at which lateness is judged; the clock's when left out.
        extra_models: a project folder with models of its own.
        extra_checks: reconciliations of ingest adapters.
        n_threads: how many kinds of checks at a time; with more than one, the warehouse is the
            database of `con` itself.

    Raises:
        CheckError: a check's file is wrong.
        ModelError: a model or contract is wrong.
    """

    def wanted(relation: str) -> bool:
        return relations is None or relation in relations

    instant = now or datetime.now(UTC).replace(tzinfo=None)
    tests = [t for t in _tests(extra_models) if wanted(t.spec.relation)]
    balances = [c for c in (*reconciliations(), *extra_checks) if wanted(c.relation)]
    fresh = [c for c in freshness_checks() if wanted(c.relation)]
    # Great Expectations keeps a core busy with Python, the others DuckDB with SQL.
    kinds: dict[str, Work[list[CheckResult]]] = {
        "tests": lambda con: list(run_tests(con, tests, window)),
        "suites": lambda con: _run_suites(con, wanted, window),
        "balances": lambda con: list(run_reconciliations(con, balances, window, lake=lake)),
        "freshness": lambda con: list(run_freshness(con, fresh, window, now=instant)),
    }
    found: dict[str, list[CheckResult]] = {}
    for kind, results in abreast(con, kinds, n_threads=n_threads):
        found[kind] = results
        for result in results:
            if on_result is not None:
                on_result(result)
    return [result for kind in kinds for result in found[kind]]


def _run_suites(
    con: "DuckDBPyConnection", wanted: Callable[[str], bool], window: Window | None
) -> list[CheckResult]:
    from quality_checks.expectations import run_suites

    return list(run_suites(con, [s for s in load_suites() if wanted(s.relation)], window))


def write_results(con: "DuckDBPyConnection", results: Iterable[CheckResult]) -> None:
    """Replace `ops.check_result` by these results; the caller commits."""
    rows = [
        [
            r.relation,
            r.name,
            r.severity,
            r.is_passed,
            r.is_waived,
            r.n_bad,
            r.description,
            r.detail,
            r.failing_sql,
            r.checked_at,
        ]
        for r in results
    ]
    con.execute("delete from ops.check_result")
    insert_rows(con, "ops.check_result", rows)
