"""Which charts belong to which subject, beside the course that every subject's page has.

A chart is made of the numbers of the page's span, or of rows that one query reads for many spans.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from reports.figures import (
    answers,
    causes,
    evaluation,
    handling,
    outbound,
    paths,
    spending,
    staffing,
)  # fmt: skip
from reports.figures.base import Chart
from reports.language import _
from reports.records import Number, Numbers, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.spans import Grain, Span

Rows = dict[str, list[Row]]
"""Query -> its rows of one span."""


@dataclass(frozen=True)
class Query:
    """A query of `reports/sql` whose rows carry the first day of their span."""

    name: str
    grains: tuple[str, ...] = ("day", "week", "month")


QUERIES = (
    Query("topic_paths"),
    Query("topic_answers"),
    Query("topic_costs", ("month",)),
    Query("topic_items", ("month",)),
    Query("topic_quarters", ("day",)),
    Query("topic_staffed_days", ("week", "month")),
)


def read(reader: Reader, grain: Grain, batch: Sequence[Span]) -> dict[Span, Rows]:
    """The rows of each span, with one query of each kind for all of them."""
    found: dict[Span, Rows] = {span: {} for span in batch}
    of_day = {span.first: span for span in batch}
    for query in QUERIES:
        if grain not in query.grains:
            continue
        for row in reader.rows_of(query.name, grain, batch[0].first, batch[-1].last):
            if span := of_day.get(row["first_day"]):
                found[span].setdefault(query.name, []).append(row)
    return found


_STRETCHED = 1.6

Make = Callable[["Site", Numbers, Rows], Chart | None]


def of_topic(topic: str, site: Site, here: Numbers, rows: Mapping[str, list[Row]]) -> list[Chart]:
    """The charts of one subject; those with nothing to show are left out."""
    made = (make(site, here, dict(rows)) for make in CHARTS.get(topic, ()))
    found = [chart for chart in made if chart]
    if len(found) == 1:
        return [replace(found[0], span=12)]
    # Two beside each other end at the same line, if that does not stretch one too far.
    tall = max((chart.height for chart in found), default=0)
    return [replace(c, height=tall) if tall < _STRETCHED * c.height else c for c in found]


def _scopes(site: Site, here: Numbers, kind: str) -> Iterator[tuple[str, str]]:
    """Id and name of each scope of a kind."""
    return ((scope, site.scope_name(kind, scope)) for scope in here.scope_ids(kind))


def _handle_parts(site: Site, here: Numbers, _rows: Rows) -> Chart | None:
    rows = []
    for scope, name in _scopes(site, here, "queue"):
        talk, hold, wrap = (
            here.get(f"average_{part}_time", "queue", scope) for part in ("talk", "hold", "wrap")
        )
        rows.append({
            "name": name, "talk": _value(talk), "hold": _value(hold), "wrap": _value(wrap),
            "n": talk.n if talk else 0, "is_small": bool(talk and talk.is_small),
        })  # fmt: skip
    return handling.parts(rows)


def _reasons(site: Site, here: Numbers, _rows: Rows) -> Chart | None:
    rows = [
        {"name": name, "n": here.value("handled_contacts", "reason", scope) or 0}
        for scope, name in _scopes(site, here, "reason")
    ]
    return handling.pareto(rows, here.value("handled_contacts") or 0)


def _funnel(site: Site, here: Numbers, _rows: Rows) -> Chart | None:
    rows = [
        {"name": name, **_stages(here, "campaign", scope)}
        for scope, name in _scopes(site, here, "campaign")
    ]
    return outbound.funnel(rows, {"name": "", **_stages(here, "all", "all")})


_OF_DIALS = {
    "connected": "connect_rate", "live": "contact_rate", "right_party": "right_party_contact_rate",
}  # fmt: skip


def _stages(here: Numbers, kind: str, scope: str) -> dict[str, Any]:
    """How many dials came so far; None of a stage that no dial tells."""
    rates = {stage: here.get(metric, kind, scope) for stage, metric in _OF_DIALS.items()}
    return {
        "dials": here.value("dials", kind, scope),
        **{stage: n.numerator if n and n.denominator else None for stage, n in rates.items()},
    }


def _complaints(site: Site, here: Numbers, _rows: Rows) -> Chart | None:
    """By reason where cases have one, else by the queue of the contact."""
    titles = {
        "reason": (
            _("Cause"), _("Complaints by cause"),
            _("Complaints by cause, and how soon they are put right"),
        ),
        "queue": (
            _("Queue"), _("Complaints by queue"),
            _("Complaints by queue, and how soon they are put right"),
        ),
    }  # fmt: skip
    n_all = here.value("complaints") or 0
    for kind, (head, plain, timed) in titles.items():
        rows = []
        for scope, name in _scopes(site, here, kind):
            median = here.get("complaint_resolution_p50", kind, scope)
            rows.append({
                "name": name, "n": here.value("complaints", kind, scope) or 0,
                "resolution_s": _value(median), "n_resolved": median.n if median else 0,
                "is_small": bool(median and median.is_small),
            })  # fmt: skip
        if chart := causes.complaints(rows, n_all, (plain, timed), head):
            return chart
    return None


def _quarters(_site: Site, _here: Numbers, rows: Rows, *, place: int) -> Chart | None:
    return staffing.quarters(rows.get("topic_quarters", []), place)


def _value(number: Number | None) -> float | None:
    return number.value if number else None


CHARTS: dict[str, tuple[Make, ...]] = {
    "handling": (_handle_parts, _reasons),
    "customers": (lambda _site, _here, rows: answers.distribution(rows.get("topic_answers", [])),),
    "quality": (lambda _site, _here, rows: evaluation.items(rows.get("topic_items", [])),),
    "planning": (
        lambda _site, _here, rows: staffing.days(rows.get("topic_staffed_days", [])),
        *(partial(_quarters, place=place) for place in range(staffing.MOST_GROUPS)),
    ),
    "self-service": (lambda _site, _here, rows: paths.sankey(rows.get("topic_paths", [])),),
    "outbound": (_funnel,),
    "cost": (lambda _site, _here, rows: spending.by_site(rows.get("topic_costs", [])),),
    "complaints": (_complaints,),
}
"""Subject -> its charts, in the order in which they are shown."""
