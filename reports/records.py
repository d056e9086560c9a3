"""The shapes that travel from queries to figures, findings and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

_OVER_FACT = re.compile(r"select (.+) as n from core\.(\w+)")
"""How the registry writes a part: `select count(*) as n from core.fact_queue_visit`."""

Row = dict[str, Any]
"""One row of a query: column -> value."""


@dataclass(frozen=True)
class Metric:
    """A definition of the registry."""

    id: str
    version: int
    name: str
    description: str
    formula: str
    unit: str
    direction: str
    numerator_sql: str | None
    denominator_sql: str | None
    additivity: str
    min_n: int
    interval_method: str
    goal: float | None
    source: str
    valid_from: date | None
    scopes: tuple[str, ...] = ()

    def over_fact(self, part: str) -> tuple[str, str] | None:
        """A part as (fact, aggregates over its columns); None where it is not of one fact."""
        text = self.numerator_sql if part == "numerator" else self.denominator_sql
        found = _OVER_FACT.fullmatch(text or "")
        return (found[2], found[1]) if found else None

    @property
    def scale(self) -> int:
        """What a quotient of its parts is multiplied by: shares and net scores are per hundred."""
        return 100 if self.unit in ("percent", "points") else 1

    @property
    def ref(self) -> str:
        """How a page names it: service_level@1."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True)
class Number:
    """A metric's value for one scope and period, with all that is needed to question it."""

    metric: Metric
    scope_kind: str
    scope_id: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    status: str = "none"
    is_small: bool = False
    is_provisional: bool = False
    coverage: float | None = None

    @property
    def estimate(self) -> tuple[float, float, float] | None:
        """Value, low and high, where all are known."""
        if self.value is None or self.low is None or self.high is None:
            return None
        return self.value, self.low, self.high


class Numbers:
    """The numbers of one period, found by metric and scope; the newest version of each metric."""

    def __init__(self, numbers: Iterable[Number] = ()) -> None:
        self._found: dict[tuple[str, str, str], Number] = {}
        self._scopes: dict[str, set[str]] = {}
        for number in numbers:
            key = (number.metric.id, number.scope_kind, number.scope_id)
            old = self._found.get(key)
            if old is None or old.metric.version < number.metric.version:
                self._found[key] = number
                self._scopes.setdefault(number.scope_kind, set()).add(number.scope_id)

    def __iter__(self) -> Iterator[Number]:
        return iter(self._found.values())

    def get(self, metric_id: str, scope_kind: str = "all", scope_id: str = "all") -> Number | None:
        """The number, or None where the warehouse has none."""
        return self._found.get((metric_id, scope_kind, scope_id))

    def value(self, metric_id: str, scope_kind: str = "all", scope_id: str = "all") -> float | None:
        """The value, or None."""
        number = self.get(metric_id, scope_kind, scope_id)
        return None if number is None else number.value

    @property
    def is_open(self) -> bool | None:
        """Whether contacts of the period may still come; None where nothing tells of contacts."""
        offered = self.get("offered")
        return None if offered is None else offered.is_provisional

    def of_scope(self, scope_kind: str, scope_id: str = "all") -> list[Number]:
        """All numbers of one scope, by metric name."""
        found = [n for (_, k, i), n in self._found.items() if (k, i) == (scope_kind, scope_id)]
        return sorted(found, key=lambda n: n.metric.name)

    def scope_ids(self, scope_kind: str) -> list[str]:
        """Which queues or agents have numbers."""
        return sorted(self._scopes.get(scope_kind, ()))


@dataclass(frozen=True)
class Stamp:
    """Which publication a page shows; instants are local to `zone`."""

    publication_id: int
    run_id: str
    code_version: str
    published_at: datetime
    data_up_to: datetime | None
    zone: str
    currency: str | None = None
    """Of amounts that were reported in several."""


@dataclass(frozen=True)
class Trust:
    """All that says how far the numbers can be trusted."""

    checks: list[Row] = field(default_factory=list)
    waivers: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    skipped: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    feeds: list[Row] = field(default_factory=list)
    queues: list[Row] = field(default_factory=list)
    rebuilt: list[Row] = field(default_factory=list)

    @property
    def assumed_queues(self) -> list[str]:
        """Queues whose time limit nobody has set."""
        return [q["queue_name"] for q in self.queues if q["is_threshold_assumed"]]

    @property
    def late_feeds(self) -> list[Row]:
        """Feeds with no line at all, or none for longer than allowed."""
        return [
            f
            for f in self.feeds
            if f["behind_hours"] is None or f["behind_hours"] > (f["late_after_hours"] or 0)
        ]

    @property
    def failed_checks(self) -> list[Row]:
        """Checks that did not hold and that nobody accepted."""
        return [c for c in self.checks if not c["is_passed"] and not c["is_waived"]]

    @property
    def waived_checks(self) -> list[Row]:
        """Checks that did not hold, accepted by somebody."""
        return [c for c in self.checks if not c["is_passed"] and c["is_waived"]]

    def lines(self, column: str) -> int:
        """Sum of one count over all files: n_read, n_loaded, n_quarantined, n_skipped."""
        return int(sum(f[column] or 0 for f in self.files))


@dataclass(frozen=True)
class Period:
    """Everything one page shows: a local day, or all days together."""

    first: date
    last: date
    numbers: Numbers
    activity: tuple[datetime, datetime] | None
    bin_s: int
    service: list[Row]
    states: list[Row]
    agent_time: list[Row]
    waits: list[Row]
    wait_step_ms: int
    percentiles: Row
    outcomes: list[Row]
    offers: list[Row]
    volume: list[Row]

    @property
    def is_day(self) -> bool:
        """Whether it is one local day."""
        return self.first == self.last
