"""Metrics, numbers and rows made by hand for tests of pure functions."""

from reports import estimates
from reports.records import Metric, Number


def metric(metric_id: str = "service_level", **more) -> Metric:
    given = {
        "version": 1, "name": metric_id.replace("_", " ").capitalize(), "description": "words",
        "formula": "a / b", "unit": "percent", "direction": "higher", "numerator_sql": "n",
        "denominator_sql": "d", "additivity": "ratio", "min_n": 20, "interval_method": "wilson",
        "goal": 80.0, "source": "COPC", "valid_from": None,
    }  # fmt: skip
    return Metric(id=metric_id, **{**given, **more})


def share(hits: float, cases: float, *, scope: tuple[str, str] = ("all", "all"), **more) -> Number:
    about = metric(**more)
    bounds = estimates.wilson(hits, cases)
    value = 100 * hits / cases if cases else None
    return Number(
        metric=about,
        scope_kind=scope[0],
        scope_id=scope[1],
        value=value,
        numerator=hits,
        denominator=cases,
        n=int(cases),
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        goal=about.goal,
        status=estimates.status(value, about.goal, about.direction),
        is_small=cases < about.min_n,
    )
