"""How far the numbers can be trusted: the note on every page and the page of checks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports.language import N_, _, ngettext

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
    text = (
        ngettext(
            "{passed} of {n} check passed", "{passed} of {n} checks passed", total,
            passed=fmt.count(total - failed),
        )
        if total
        else _("No checks run")
    )  # fmt: skip
    if late:
        text += " · " + ngettext("{n} feed late", "{n} feeds late", len(late))
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
        return Note(*WARN, _("Checks"), _("No check ran on this publication."))
    if not failed:
        return Note(
            *GOOD,
            _("Checks"),
            _("All {total} checks held.", total=total - len(trust.waived_checks)),
        )
    names = fmt.words([f"{c['relation']}: {c['check_name']}" for c in failed], 3)
    state = BAD if any(c["severity"] == "critical" for c in failed) else WARN
    return Note(
        *state,
        _("Checks"),
        _(
            "{n} of {total} did not hold: {names}.",
            n=fmt.count(len(failed)),
            total=fmt.count(total),
            names=names,
        ),
    )


def _waivers(trust: Trust) -> list[Note]:
    reasons = {(w["relation"], w["check_name"]): w for w in trust.waivers}
    found = []
    for check in trust.waived_checks:
        waiver = reasons.get((check["relation"], check["check_name"]), {})
        until = waiver.get("until_date")
        said = (
            N_("{check} of {relation} did not hold and was accepted until {day}: {reason}.")
            if until
            else N_("{check} of {relation} did not hold and was accepted: {reason}.")
        )
        found.append(Note(
            *WARN, _("Accepted"),
            _(
                said,
                check=check["check_name"], relation=check["relation"],
                day=f"{fmt.day(until)} {until.year}" if until else "",
                reason=waiver.get("reason") or _("no reason given"),
            ),
        ))  # fmt: skip
    return found


def _lines(trust: Trust) -> Note:
    refused = trust.lines("n_quarantined")
    text = ngettext(
        "{read} lines read = {loaded} loaded + {refused} quarantined + {skipped} left out by a "
        "named rule, from {n} file.",
        "{read} lines read = {loaded} loaded + {refused} quarantined + {skipped} left out by a "
        "named rule, from {n} files.",
        len([f for f in trust.files if f["status"] == "loaded"]),
        read=fmt.count(trust.lines("n_read")), loaded=fmt.count(trust.lines("n_loaded")),
        refused=fmt.count(refused), skipped=fmt.count(trust.lines("n_skipped")),
    )  # fmt: skip
    return Note(*(WARN if refused else GOOD), _("Lines"), text)


def _unread(trust: Trust) -> list[Note]:
    unread = [f for f in trust.files if f["status"] == "unread"]
    if not unread:
        return []
    names = fmt.words([fmt.shorten(f["path"], 40) for f in unread], 3)
    text = ngettext(
        "{n} file could not be read: {names}.", "{n} files could not be read: {names}.",
        len(unread), names=names,
    )  # fmt: skip
    return [Note(*WARN, _("Files"), text)]


def _feeds(trust: Trust) -> list[Note]:
    found, late = [], trust.late_feeds
    if len(late) > _MOST_LATE:
        names = fmt.words([f"{f['source']}/{f['feed']}" for f in late], _MOST_LATE)
        text = ngettext(
            "{late} of {n} feed are late: {names}.", "{late} of {n} feeds are late: {names}.",
            len(trust.feeds), late=len(late), names=names,
        )  # fmt: skip
        return [Note(*WARN, _("Late"), text)]
    for feed in late:
        name = f"{feed['source']}/{feed['feed']}"
        if feed["behind_hours"] is None:
            text = _("{name} has not brought a single line yet.", name=name)
        else:
            text = _(
                "{name} brought nothing for {behind_hours} before this "
                "publication; it counts as late after {late_after_hours}\u202fh.",
                name=name,
                behind_hours=fmt.span(feed["behind_hours"] * 3600),
                late_after_hours=fmt.short(feed["late_after_hours"]),
            )
        found.append(Note(*WARN, _("Late"), text))
    if not found and trust.feeds:
        names = fmt.words([f"{f['source']}/{f['feed']}" for f in trust.feeds])
        found.append(Note(*GOOD, _("Feeds"), _("{names}: on time.", names=names)))
    return found


def _assumed(trust: Trust) -> list[Note]:
    names = trust.assumed_queues
    if not names:
        return []
    limits = sorted({q["service_level_s"] for q in trust.queues if q["is_threshold_assumed"]})
    return [Note(
        *WARN, _("Assumed"),
        _(
            "Nobody has set a time limit for {names}: {limits} was assumed. "
            "Set it in callmart.toml.",
            names=fmt.words(names), limits=fmt.words([f"{limit} s" for limit in limits]),
        ),
    )]  # fmt: skip


def check_state(check: Row) -> tuple[str, str, str]:
    """Class, sign and word of a check's result."""
    if check["is_passed"]:
        return "good", "●", _("passed")
    if check["is_waived"]:
        return "warn", "▲", _("accepted")
    return (
        ("bad", "■", _("failed")) if check["severity"] == "critical" else ("warn", "▲", _("failed"))
    )


def not_held(trust: Trust) -> list[dict[str, Any]]:
    """Checks that did not hold: first those that nobody accepted, critical ones before others."""
    failed = [{**c, "state": check_state(c)} for c in trust.checks if not c["is_passed"]]
    return sorted(failed, key=lambda c: (c["is_waived"], c["severity"] != "critical"))


def checks_by_relation(trust: Trust) -> list[dict[str, Any]]:
    """Checks grouped by what they are about; groups with failures first."""
    groups = []
    for relation, found in groupby(trust.checks, key=lambda c: c["relation"]):
        checks = [{**c, "state": check_state(c)} for c in found]
        failed = [c for c in checks if not c["is_passed"]]
        groups.append({"relation": relation, "checks": checks, "n_failed": len(failed)})
    return sorted(groups, key=lambda g: (-bool(g["n_failed"]), g["relation"]))
