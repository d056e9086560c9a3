"""How far the numbers can be trusted: the note on every page and the page of checks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reports import format as fmt

if TYPE_CHECKING:
    from reports.records import Row, Trust

GOOD = ("good", "●")
WARN = ("warn", "▲")
BAD = ("bad", "■")
_MOST_LATE = 4
"""More feeds than these are told in one line."""


@dataclass(frozen=True)
class Note:
    """One line of the data-quality note: a sign, what it is about, and what was found."""

    state: str
    sign: str
    head: str
    text: str


def headline(trust: Trust) -> Note:
    """The pill on top of every page."""
    total, failed = len(trust.checks), len(trust.failed_checks) + len(trust.waived_checks)
    late, unread = trust.late_feeds, [f for f in trust.files if f["status"] == "unread"]
    passed = f"{fmt.count(total - failed)} of {fmt.plural(total, 'check')} passed"
    text = passed if total else "No checks run"
    if late:
        text += f" · {fmt.plural(len(late), 'feed')} late"
    if any(c["severity"] == "critical" for c in trust.failed_checks):
        return Note(*BAD, "", text)
    calm = total and not (failed or late or unread or trust.assumed_queues)
    return Note(*(GOOD if calm else WARN), "", text)


def notes(trust: Trust) -> list[Note]:
    """The data-quality note, whatever its outcome: silence would look like success."""
    return [
        _checks(trust), *_waivers(trust), _lines(trust), *_unread(trust), *_feeds(trust),
        *_assumed(trust),
    ]  # fmt: skip


def _checks(trust: Trust) -> Note:
    total, failed = len(trust.checks), trust.failed_checks
    if not total:
        return Note(*WARN, "Checks", "No check ran on this publication.")
    if not failed:
        return Note(*GOOD, "Checks", f"All {total - len(trust.waived_checks)} checks held.")
    names = fmt.words([f"{c['relation']}: {c['check_name']}" for c in failed], 3)
    state = BAD if any(c["severity"] == "critical" for c in failed) else WARN
    return Note(
        *state, "Checks", f"{fmt.count(len(failed))} of {fmt.count(total)} did not hold: {names}."
    )


def _waivers(trust: Trust) -> list[Note]:
    reasons = {(w["relation"], w["check_name"]): w for w in trust.waivers}
    found = []
    for check in trust.waived_checks:
        waiver = reasons.get((check["relation"], check["check_name"]), {})
        until = waiver.get("until_date")
        found.append(Note(
            *WARN, "Accepted",
            f"{check['check_name']} of {check['relation']} did not hold and was accepted"
            f"{f' until {fmt.day(until)} {until.year}' if until else ''}"
            f": {waiver.get('reason') or 'no reason given'}.",
        ))  # fmt: skip
    return found


def _lines(trust: Trust) -> Note:
    refused = trust.lines("n_quarantined")
    text = (
        f"{trust.lines('n_read'):,} lines read = {trust.lines('n_loaded'):,} loaded + "
        f"{refused:,} quarantined + {trust.lines('n_skipped'):,} left out by a named rule, from "
        f"{fmt.plural(len([f for f in trust.files if f['status'] == 'loaded']), 'file')}."
    )
    return Note(*(WARN if refused else GOOD), "Lines", text)


def _unread(trust: Trust) -> list[Note]:
    unread = [f for f in trust.files if f["status"] == "unread"]
    if not unread:
        return []
    names = fmt.words([fmt.shorten(f["path"], 40) for f in unread], 3)
    return [Note(*WARN, "Files", f"{fmt.plural(len(unread), 'file')} could not be read: {names}.")]


def _feeds(trust: Trust) -> list[Note]:
    found, late = [], trust.late_feeds
    if len(late) > _MOST_LATE:
        names = fmt.words([f"{f['source']}/{f['feed']}" for f in late], _MOST_LATE)
        text = f"{len(late)} of {fmt.plural(len(trust.feeds), 'feed')} are late: {names}."
        return [Note(*WARN, "Late", text)]
    for feed in late:
        name = f"{feed['source']}/{feed['feed']}"
        if feed["behind_hours"] is None:
            text = f"{name} has not brought a single line yet."
        else:
            text = (
                f"{name} brought nothing for {fmt.span(feed['behind_hours'] * 3600)} before this "
                f"publication; it counts as late after {feed['late_after_hours']:g}{fmt.SPACE}h."
            )
        found.append(Note(*WARN, "Late", text))
    if not found and trust.feeds:
        names = fmt.words([f"{f['source']}/{f['feed']}" for f in trust.feeds])
        found.append(Note(*GOOD, "Feeds", f"{names}: on time."))
    return found


def _assumed(trust: Trust) -> list[Note]:
    names = trust.assumed_queues
    if not names:
        return []
    limits = sorted({q["service_level_s"] for q in trust.queues if q["is_threshold_assumed"]})
    return [Note(
        *WARN, "Assumed",
        f"Nobody has set a time limit for {fmt.words(names)}: "
        f"{fmt.words([f'{limit} s' for limit in limits])} was assumed. Set it in callmart.toml.",
    )]  # fmt: skip


def check_state(check: Row) -> tuple[str, str, str]:
    """Class, sign and word of a check's result."""
    if check["is_passed"]:
        return "good", "●", "passed"
    if check["is_waived"]:
        return "warn", "▲", "accepted"
    return ("bad", "■", "failed") if check["severity"] == "critical" else ("warn", "▲", "failed")


def checks_by_relation(trust: Trust) -> list[dict[str, Any]]:
    """Checks grouped by what they are about; groups with failures first, open on the page."""
    groups = []
    for relation, found in groupby(trust.checks, key=lambda c: c["relation"]):
        checks = [{**c, "state": check_state(c)} for c in found]
        failed = [c for c in checks if not c["is_passed"]]
        groups.append({"relation": relation, "checks": checks, "n_failed": len(failed)})
    return sorted(groups, key=lambda g: (-bool(g["n_failed"]), g["relation"]))
