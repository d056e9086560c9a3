"""A check written as one `select` of what breaks it: no rows, and it holds.

The file is plain SQL with a YAML header, as models are. `$from_date` and `$to_date` stand for the
first and last local day to check. The select should give keys and counts: what was expected and
what was found.
"""

import re
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ExpectedError
from pipelines.sql_models.build import WHOLE_TIME, Window
from pipelines.sql_models.model import faults
from pipelines.yaml_text import YAMLError, read_yaml
from quality_checks.result import (
    CheckResult,
    CheckSpec,
    Severity,
    broken,
    failed_to_run,
    held,
    sample_text,
    samples,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HEADER = re.compile(r"\A/\*---\n(?P<yaml>.*?)\n---\*/\n", re.DOTALL)


class CheckError(ExpectedError):
    """A check's file is wrong; the text names the file and the remedy."""


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    relation: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    severity: Severity
    description: str
    raw_table: str | None = None


@dataclass(frozen=True)
class SqlCheck:
    """One check in SQL."""

    relation: str
    name: str
    severity: Severity
    description: str
    sql: str
    """A select of what breaks it; may hold `$from_date` and `$to_date`."""
    raw_table: str | None = None
    """Raw table of the lake that it reads as `raw_<table>`; it holds where there is none."""

    @property
    def spec(self) -> CheckSpec:
        """The check as announced."""
        return CheckSpec(self.relation, self.name, self.severity, self.description)

    def for_window(self, window: Window | None) -> str:
        """The SQL with the days written in, so that anybody can run it."""
        days = window or WHOLE_TIME
        named = {"from_date": days.from_date, "to_date": days.to_date}
        return re.sub(r"\$(from_date|to_date)\b", lambda m: literal(named[m[1]]), self.sql)


def literal(day: date) -> str:
    """A day as SQL."""
    return f"date '{day.isoformat()}'"


def read_checks(folder: Traversable) -> list[SqlCheck]:
    """The checks of a folder's `.sql` files by name; a file's name is its check's.

    Raises:
        CheckError: a header is missing or wrong.
    """
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [_read_check(file) for file in files]


def _read_check(file: Traversable) -> SqlCheck:
    text = file.read_text(encoding="utf-8")
    match = _HEADER.match(text)
    if match is None:
        raise CheckError(f"{file}: must begin with a header: /*---, YAML, ---*/, a line each")
    try:
        header = _Header.model_validate(read_yaml(match["yaml"]))
    except YAMLError as error:
        raise CheckError(f"{file}: the header is not YAML: {error}") from None
    except ValidationError as error:
        raise CheckError(f"{file}: wrong header:\n{faults(error)}") from None
    sql = text[match.end() :].strip().removesuffix(";").rstrip()
    return SqlCheck(name=file.name.removesuffix(".sql"), sql=sql, **header.model_dump())


def run_check(
    con: "DuckDBPyConnection", check: SqlCheck, window: Window | None = None
) -> CheckResult:
    """Carry out one check; an error in it is a finding, not an exception."""
    import duckdb

    sql = check.for_window(window)
    try:
        rows = samples(con, sql)
        if not rows:
            return held(check.spec)
        count = con.execute(f"select count(*) from ({sql})").fetchone()
    except duckdb.Error as error:
        return failed_to_run(check.spec, error, sql)
    n_bad = int(count[0]) if count else len(rows)
    return broken(check.spec, f"{n_bad:,} found: {sample_text(rows)}", n_bad=n_bad, failing_sql=sql)
