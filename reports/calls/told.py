"""What a page says of the lists behind its numbers: files, columns and filters, for its script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.calls.files import MOST_ROWS, labels
from reports.language import N_, _
from reports.outputs.text import defused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from reports.calls.plan import CallList
    from reports.pages.frame import Site
    from reports.spans import Span

WORDS = {
    "flags": N_("1 is in the numerator, 0 in the denominator alone, empty in neither."),
    "count": N_("1 is in the numerator; the denominator, if there is one, is of other rows."),
    "below": N_("0 is in the denominator; the numerator is of other rows."),
    "sum": N_(
        "It holds what a row adds to the numerator; the column with _of, what it adds to the "
        "denominator: divide the two sums."
    ),
    "value": N_("It holds the value of each row that enters."),
    "enters": N_("1 or 0 enters; the number is not a sum over rows (see its definition)."),
}
"""How to read a metric's column, by kind."""


def of_page(
    site: Site, span: Span | None, metrics: Collection[str], scopes: Iterable[tuple[str, str]],
    root: str,
) -> dict[str, Any] | None:  # fmt: skip
    """The lists of a day, week or month; None where it has none.

    Args:
        site: with all lists.
        span: what the page is of.
        metrics: those that it answers for.
        scopes: those whose numbers it has.
        root: the way to the site's top folder.
    """
    if span is None:
        return None
    used = [one for one in site.lists if any(f.metric in metrics for f in one.figures)]
    files = {one.name: found for one in used if (found := _files(one, span.first, span.last))}
    if not files:
        return None
    told: dict[str, list[tuple[str, str]]] = {}
    for one in used:
        for figure in one.figures:
            if one.name in files and figure.metric in metrics:
                told.setdefault(figure.metric, []).append((one.name, figure.kind))
    kinds = {kind for found in told.values() for _, kind in found}
    return {
        "at": f"{root}days/",
        "files": files,
        "metrics": told,
        "names": _names(site, scopes),
        "has_zones": site.has_zones,
        "words": {kind: _(WORDS[kind]) for kind in sorted(kinds)},
    }


def _files(one: CallList, first: date, last: date) -> list[tuple[str, str, str]]:
    """Day, how a link calls it, and what is left out."""
    return [
        (day.isoformat(), fmt.day(day), _drawn(n))
        for day, n in one.days.items()
        if first <= day <= last
    ]


def _drawn(n: int) -> str:
    if n <= MOST_ROWS:
        return ""
    return _(
        "{shown} of {n} rows, drawn evenly over the day, the same each time",
        shown=fmt.count(MOST_ROWS), n=fmt.count(n),
    )  # fmt: skip


def _names(site: Site, scopes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What lists call a scope, where it is not its id."""
    known = labels(site)
    said = {scope: defused(known.get(scope, scope[1])) for scope in scopes}
    return {f"{kind}/{one}": name for (kind, one), name in said.items() if name != one}
