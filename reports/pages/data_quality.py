"""The page of checks: what was read, what was refused, and what every check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.pages import trust
from reports.pages.frame import frame

if TYPE_CHECKING:
    from reports.pages.frame import Site


def context(site: Site) -> dict[str, Any]:
    """What the template of the page of checks needs."""
    zone = site.stamp.zone
    total = len(site.trust.checks)
    passed = sum(1 for c in site.trust.checks if c["is_passed"])
    late = {(f["source"], f["feed"]) for f in site.trust.late_feeds}
    return {
        **frame(site),
        "title": "Data quality",
        "subtitle": f"{fmt.count(passed)} of {fmt.plural(total, 'check')} passed · "
        f"{fmt.plural(site.trust.lines('n_quarantined'), 'line')} in quarantine",
        "groups": trust.checks_by_relation(site.trust),
        "files": [_local(f, zone) for f in site.trust.files],
        "feeds": [
            {**_local(f, zone), "is_late": (f["source"], f["feed"]) in late}
            for f in site.trust.feeds
        ],
        "trust": site.trust,
        "root": "",
    }


def _local(row: dict[str, Any], zone: str) -> dict[str, Any]:
    """Instants of a row in local time."""
    names = ("first_at", "last_at", "loaded_at", "watermark_at")
    return row | {n: fmt.local(row[n], zone) for n in names if n in row and row[n] is not None}
