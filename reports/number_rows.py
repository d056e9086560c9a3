"""Rows of the reports' queries as metrics and numbers."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from reports import estimates
from reports.language import spoken
from reports.records import Metric, Number

if TYPE_CHECKING:
    from reports.records import Row

Metrics = dict[tuple[str, int], Metric]
"""By id and version."""
Goals = dict[tuple[str, str, str], float | None]
"""The centre's own, by metric and scope; None where it has said that there is none."""


def metric_of(row: Row) -> Metric:
    """A definition of the registry, its words in the language spoken."""
    return Metric(
        id=row["metric_id"],
        version=row["metric_version"],
        name=spoken().text(row["metric_name"]),
        description=spoken().text(row["description"] or ""),
        formula=spoken().text(row["formula"] or ""),
        unit=row["unit"],
        direction=row["direction"],
        numerator_sql=row["numerator_sql"],
        denominator_sql=row["denominator_sql"],
        additivity=row["additivity"],
        min_n=row["min_n"] or 0,
        interval_method=row["interval_method"] or "none",
        goal=row["goal"],
        source=row["definition_source"] or "",
        valid_from=row["valid_from"],
        scopes=tuple(filter(None, (row["scopes"] or "").split(";"))),
    )


def skipped_by_rule(files: list[Row]) -> list[Row]:
    """Lines left out, by rule."""
    found: Counter[str] = Counter()
    for text in (text for file in files for text in file["skipped_by_rule"] if text):
        found.update(json.loads(text))
    return [{"rule": rule, "n": n} for rule, n in sorted(found.items())]


def as_float(value: Any) -> float | None:
    """A number of the warehouse as a float."""
    return None if value is None else float(value)


def goal_of(metric: Metric, kind: str, scope: str, goals: Goals) -> float | None:
    """That of the very scope, else the centre's, else the field's."""
    of_centre = goals.get((metric.id, "all", "all"), metric.goal)
    return goals.get((metric.id, kind, scope), of_centre)


def period_number(row: Row, metrics: Metrics, goals: Goals) -> Number:
    """A number of a range, from the sums of its parts over the days in it."""
    metric = metrics[row["metric_id"], row["metric_version"]]
    numerator, denominator = as_float(row["numerator"]), as_float(row["denominator"])
    n = int(row["n"] or 0)
    value = {"additive": numerator, "maximum": as_float(row["largest"])}.get(metric.additivity)
    bounds = None
    if metric.additivity in ("ratio", "estimator") and numerator is not None and denominator:
        value = numerator / denominator * metric.scale
        if metric.interval_method == "wilson":
            bounds = estimates.wilson(numerator, denominator)
        elif metric.interval_method == "t" and row["sum_sq"] is not None:
            bounds = estimates.mean_interval(numerator, n, float(row["sum_sq"]), scale=metric.scale)
        elif metric.interval_method == "nps" and row["n_told"] is not None:
            bounds = estimates.net_interval(numerator, n, float(row["n_told"]))
    goal = goal_of(metric, row["scope_kind"], row["scope_id"], goals)
    return Number(
        metric=metric,
        scope_kind=row["scope_kind"],
        scope_id=row["scope_id"],
        value=value,
        numerator=numerator,
        denominator=denominator,
        n=n,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        goal=goal,
        # As in the marts: few cases say neither that a goal is met nor that it is missed.
        status="none" if n < metric.min_n else estimates.status(value, goal, metric.direction),
        is_small=n < metric.min_n,
        is_provisional=bool(row["is_provisional"]),
        coverage=as_float(row["coverage"]),
    )
