"""What a check is and what it found; the words of a finding never hold personal data."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Severity = Literal["critical", "warning"]
"""critical: a failure blocks publication; warning: it is told with the published data."""

SAMPLES = 5
"""How many offending rows a finding names."""
_MOST_CELLS = 8
"""So many values of a row are told: the failing SQL gives all of a wide one."""

_TELLABLE = re.compile(
    r"(?!\w*agent_id|agent$|customer|scope_id)"
    r"(\w+_key|\w+_id|\w+_at|\w+_date|\w+_ms|n_\w+|expected\w*|found\w*|source|zone|local_date"
    r"|interval_start|line_no|queue|event|cause|role|outcome|state|rule|direction|channel|scope_kind"
    r"|metric_version|table_name|measure|status|feed|fact|path)"
)


@dataclass(frozen=True)
class CheckSpec:
    """A check that will run, known without running anything."""

    relation: str
    """What it is about: `schema.name`."""
    name: str
    """Unique for the relation; letters, digits and _."""
    severity: Severity
    description: str
    """What it asks, in words."""


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check: a row of `ops.check_result`."""

    relation: str
    name: str
    severity: Severity
    is_passed: bool
    n_bad: int | None
    """Rows or cells that break it; None where it does not count them."""
    description: str
    detail: str
    """What was found, in words."""
    failing_sql: str | None
    """SQL that lists what breaks it; None where it held."""
    is_waived: bool = False
    checked_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))

    @property
    def check_name(self) -> str:
        """Its name under the column's name."""
        return self.name

    @property
    def is_blocking(self) -> bool:
        """Whether it forbids to publish."""
        return self.severity == "critical" and not self.is_passed and not self.is_waived


def held(spec: CheckSpec, detail: str = "") -> CheckResult:
    """The result of a check that holds."""
    return CheckResult(
        spec.relation, spec.name, spec.severity, True, 0, spec.description, detail, None
    )


def broken(
    spec: CheckSpec, detail: str, *, n_bad: int | None = None, failing_sql: str | None = None
) -> CheckResult:
    """The result of a check that does not hold."""
    return CheckResult(
        spec.relation, spec.name, spec.severity, False, n_bad, spec.description, detail, failing_sql
    )


def failed_to_run(spec: CheckSpec, error: object, sql: str | None = None) -> CheckResult:
    """The result of a check that could not be carried out: it counts as not held."""
    return broken(spec, f"the check could not run: {without_numbers(error)}", failing_sql=sql)


def without_numbers(error: object) -> str:
    """An error's first line with long digit runs blotted: a cast may quote a caller's number."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"\d[\d ()/-]{5,}\d", "<number>", lines[0])[:500]


def is_tellable(column: str) -> bool:
    """Whether a finding may show this column: keys, days, counts; nothing about a person."""
    return _TELLABLE.fullmatch(column) is not None


def sample_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The first offending rows in words, by the columns that may be told."""
    told = []
    for row in list(rows)[:SAMPLES]:
        cells = [(name, value) for name, value in row.items() if is_tellable(name)]
        if len(cells) > _MOST_CELLS:
            cells = [(name, value) for name, value in cells if value is not None]
        words = [f"{name} {value}" for name, value in cells[:_MOST_CELLS]]
        if words:
            told.append(", ".join([*words, "..."] if len(cells) > _MOST_CELLS else words))
    return "; ".join(told)


def samples(con: "DuckDBPyConnection", sql: str, columns: str = "*") -> list[dict[str, Any]]:
    """The first rows of a query in their own order, which each build has: column to value."""
    found = con.execute(f"select {columns} from ({sql}) order by all limit {SAMPLES}")
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
