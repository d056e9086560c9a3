"""The page of checks: what was read, what was refused, and what every check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports import quality_rows
from reports.language import _, ngettext
from reports.outputs.frames import Rows
from reports.pages import trust
from reports.pages.frame import frame

if TYPE_CHECKING:
    from reports.pages.frame import Site


_MOST_ROWS = 40
"""So many rows of a table are read at a glance; the others are folded away."""
_MOST_FOLDED = 600
"""More files than these, of a year, would make the page heavy: they are in its files."""


def context(site: Site) -> dict[str, Any]:
    """What the template of the page of checks needs."""
    zone = site.stamp.zone
    total = len(site.trust.checks)
    passed = sum(1 for c in site.trust.checks if c["is_passed"])
    files = sorted(site.trust.files, key=_is_well)
    late = {(f["source"], f["feed"]) for f in site.trust.late_feeds}
    return {
        **frame(site),
        "title": _("Data quality"),
        "subtitle": ngettext(
            "{passed} of {n} check passed",
            "{passed} of {n} checks passed",
            total,
            passed=fmt.count(passed),
        )
        + " · "
        + ngettext(
            "{n} line in quarantine", "{n} lines in quarantine", site.trust.lines("n_quarantined")
        ),
        "groups": trust.checks_by_relation(site.trust),
        "failed": trust.not_held(site.trust),
        "files": [_local(f, zone) for f in files[:_MOST_ROWS]],
        "more_files": [_local(f, zone) for f in files[_MOST_ROWS : _MOST_ROWS + _MOST_FOLDED]],
        "n_other_files": max(0, len(files) - _MOST_ROWS - _MOST_FOLDED),
        "rebuilt": site.trust.rebuilt[:_MOST_ROWS],
        "more_rebuilt": site.trust.rebuilt[_MOST_ROWS:],
        "feeds": [
            {**_local(f, zone), "is_late": (f["source"], f["feed"]) in late}
            for f in site.trust.feeds
        ],
        "trust": site.trust,
        "rows_beside": [
            Rows(_("Files"), "data-quality/files", quality_rows.file_rows(site.trust)),
            Rows(_("Checks"), "data-quality/checks", quality_rows.check_rows(site.trust)),
        ],
        "root": "",
    }


def _is_well(file: dict[str, Any]) -> bool:
    """Whether all of a file was read: those that were not are told first."""
    return file["status"] == "loaded" and not file["n_quarantined"]


def _local(row: dict[str, Any], zone: str) -> dict[str, Any]:
    """Instants of a row in local time."""
    names = ("first_at", "last_at", "loaded_at", "watermark_at")
    return row | {n: fmt.local(row[n], zone) for n in names if n in row and row[n] is not None}
