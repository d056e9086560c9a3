"""Tells which pages need not be written again: those made of the same rows by the same program."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from reports.calls.files import listed_days
from reports.language import spoken
from reports.pages import volumes
from reports.pages.frame import around
from reports.spans import history

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from reports.pages.frame import Site
    from reports.queries import Reader
    from reports.records import Row
    from reports.spans import Grain, Span

_WITHOUT = {"dim_agent", "dim_campaign", "dim_customer"}
"""Undated tables that change each day: what pages show of agents and campaigns is asked for
itself, and customers they do not name."""
_LONGER: dict[Grain, set[str]] = {
    "day": {"kpi_week_parts", "kpi_month_parts"}, "week": {"kpi_month_parts"}, "month": set(),
}  # fmt: skip
"""Kind of span -> tables of longer ones: a row of theirs has the first day of its week or month."""
_KEY = re.compile(r'<meta name="callmart-made-of" content="([0-9a-f]+)">')
_HEAD_CHARS = 2000


def fingerprints(reader: Reader, site: Site) -> dict[Span, str]:
    """Span -> what its pages are made of, in short.

    That is every row of a day that the page or its courses show, how far into those days each
    metric is known, what has no day, the way to the pages beside it, and the program. What each
    publication changes on every page, its stamp and the notes on how far numbers can be trusted,
    is not in it: see `reports.pages.stamps`.
    """
    days, reach = reader.rows_by_day(), reader.rows("reach")
    dated = sorted(days)
    undated = _digest([
        _program(), spoken().code, site.name, site.script, site.stamp.code_version, site.stamp.zone,
        site.trust.queues, reader.undated_rows(_WITHOUT), [one.made_of for one in site.lists],
        sorted(site.names.items()),
    ])  # fmt: skip
    versions = reader.rows("agent_versions")
    found = {}
    for every in site.spans.values():
        for span in every:
            first = min(history(span, every[0])[0].first, *(s.first for _, s in span.compared))
            # A day of the whole centre has rows of the days beside it where sites are elsewhere.
            beside = timedelta(days=1 if site.has_zones else 0)
            lo, hi = bisect_left(dated, first - beside), bisect_right(dated, span.last + beside)
            made_of = [_without(days[day], _LONGER[span.grain]) for day in dated[lo:hi]]
            listed = listed_days(site, span.first, span.last)
            known = _known(reach, span.last)
            unusual = volumes.notes(site.unusual, span)
            found[span] = _digest(
                [undated, made_of, known, around(site, span), listed, every[0].first, unusual,
                 _agents(versions, span.last)]
            )  # fmt: skip
    return found


def _without(sums: Sequence[tuple[str, int]], tables: set[str]) -> list[tuple[str, int]]:
    return [found for found in sums if found[0] not in tables]


def _known(reach: Sequence[Row], last: date) -> list[tuple[Any, ...]]:
    """How far metrics are known up to a day: what lies beyond it is no matter before it."""
    return [
        (row["metric_id"], row["metric_version"], row["has_reason"], row["has_language"],
         min(row["from_date"], last), min(row["until_date"], last),
         min(row["centre_until_date"], last),
         min(row["open_date"] or last, last + timedelta(days=1)))
        for row in reach
    ]  # fmt: skip


def _agents(versions: Sequence[Row], last: date) -> list[tuple[Any, ...]]:
    """The agents of whom something was known up to a day: what held then, and what is said now."""
    after = last + timedelta(days=1)
    held = [
        (row["agent_id"], row["said"], row["valid_from"], min(row["valid_to"], after))
        for row in versions
        if row["valid_from"] <= last
    ]
    there = {agent for agent, *_ in held}
    return held + [
        (row["agent_id"], row["said"])
        for row in versions
        if row["is_current"] and row["agent_id"] in there
    ]


def fingerprint_of(page: Path) -> str | None:
    """What a page that was written before is made of; None where it does not say."""
    if not page.is_file():
        return None
    with page.open(encoding="utf-8") as lines:
        match = _KEY.search(lines.read(_HEAD_CHARS))
    return match[1] if match else None


def _digest(what: Any) -> str:
    text = json.dumps(what, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _program() -> str:
    """The text of all that makes pages."""
    digest = hashlib.sha256()
    for file in sorted(_texts(files("reports")), key=str):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _texts(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry)
        elif not entry.name.endswith(".pyc"):
            yield entry
