"""What answers the question "where does this number come from?": definition, SQL, list of calls.

The page's script fills the same templates for the cell that was asked about, so that a page
carries each text once and not once per cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.spans import Span

if TYPE_CHECKING:
    from datetime import date

    from reports.records import Metric
    from reports.spans import Grain

_WHERE = (
    "\nwhere metric_id = {metric} and metric_version = {version}"
    "\n    and scope_kind = {kind} and scope_id = {id}"
)

SQL_DAY = (
    "select numerator, denominator, value\nfrom marts.v_kpi_day"
    + _WHERE
    + "\n    and local_date = date {from}"
)
_SQL_SPAN = {
    grain: SQL_DAY.replace("v_kpi_day", f"v_kpi_{grain}") for grain in ("day", "week", "month")
}
SQL_PERIOD = (
    "select sum(numerator) as numerator, sum(denominator) as denominator\nfrom marts.kpi_day"
    + _WHERE
    + "\n    and local_date between date {from} and date {to}"
)
SQL_INTERVAL = (
    "select sum(numerator) as numerator, sum(denominator) as denominator\nfrom marts.kpi_interval"
    + _WHERE
    + "\n    and interval_start >= timestamp {start} and interval_start < timestamp {end}"
)
SQL_MINUTES = (
    "select *\nfrom core.fact_queue_visit\nwhere not is_consult"
    "\n    and entered_at >= timestamp {start} and entered_at < timestamp {end}"
)


@dataclass(frozen=True)
class Asked:
    """What a page's numbers are of: a day, week or month of the marts, or days added up."""

    grain: Grain | None
    first: date
    last: date

    @property
    def sql(self) -> str:
        """The template of the query that gives a number again."""
        return SQL_PERIOD if self.grain is None else _SQL_SPAN[self.grain]

    @property
    def option(self) -> str:
        """What says the same to `callmart calls`."""
        if self.first == self.last:
            return f"--date {self.first.isoformat()}"
        if self.grain is None:
            return f"--from {self.first.isoformat()} --to {self.last.isoformat()}"
        return f"--period {Span(self.grain, self.first).name}"


def fill(template: str, **values: str | int) -> str:
    """A template with its values as SQL literals."""
    return template.format(
        **{k: fmt.sql_literal(v) if isinstance(v, str) else v for k, v in values.items()}
    )


def number_sql(metric: Metric, kind: str, scope_id: str, asked: Asked) -> str:
    """SQL that gives a number of the page again, in any DuckDB client."""
    return fill(
        asked.sql,
        metric=metric.id, kind=kind, id=scope_id,
        **{"from": asked.first.isoformat(), "to": asked.last.isoformat()},
        version=metric.version,
    )  # fmt: skip


def calls_command(metric: Metric, kind: str, scope_id: str, asked: Asked) -> str:
    """The command that lists the calls behind a number."""
    words = ["callmart calls --metric", metric.id]
    if kind != "all":
        words += ["--scope", fmt.shell_word(f"{kind}={scope_id}")]
    return " ".join([*words, asked.option])


def page_data(metrics: list[Metric], asked: Asked, zone: str) -> dict[str, Any]:
    """What the page's script needs to answer for any number on the page."""
    return {
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "asked": asked.option,
        "period": fmt.days(asked.first, asked.last),
        "zone": zone,
        "sql": {
            "number": asked.sql,
            "day": SQL_DAY,
            "interval": SQL_INTERVAL,
            "minutes": SQL_MINUTES,
        },
        "metrics": {
            m.id: {
                "name": m.name, "version": m.version, "words": m.description,
                "formula": m.formula, "source": m.source, "numerator": m.numerator_sql or "",
                "denominator": m.denominator_sql or "", "unit": m.unit,
                "direction": m.direction,
            }
            for m in metrics
        },
    }  # fmt: skip
