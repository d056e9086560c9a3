"""Plain-language findings: pure functions from numbers to sentences, weightiest first.

A finding says what happened, how large it is and where; it claims no cause, and none is made of
fewer cases than its metric asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import estimates
from reports import format as fmt
from reports.language import N_, _, ngettext

if TYPE_CHECKING:
    from datetime import date

    from reports.records import Number, Numbers, Row

MOST = 4
"""Findings on a page."""


@dataclass(frozen=True)
class Finding:
    """One sentence to know and one or two that carry it; heavier ones come first."""

    head: str
    text: str
    weight: float
    metric: str = ""
    """Which metric it is about, where it is about one alone."""
    is_news: bool = True
    """Not so where it has been told before: a goal that has been missed for long."""


def _solid(number: Number | None) -> bool:
    return number is not None and number.value is not None and not number.is_small


def service_against_goal(
    numbers: Numbers, before: Numbers | None, before_name: str
) -> Finding | None:
    """Whether the service level met its goal, and its change."""
    number = numbers.get("service_level")
    if number is None or number.value is None or not _solid(number):
        return None
    head, weight = _("Service level was {value}", value=fmt.share(number.value)), 60.0
    if number.goal is not None:
        gap = number.value - number.goal
        side = (
            N_("Service level was {value}, {gap} above the goal")
            if gap >= 0
            else N_("Service level was {value}, {gap} under the goal")
        )
        head = _(side, value=fmt.share(number.value), gap=fmt.difference(gap, "percent"))
        weight += max(0.0, -gap)
    text = _(
        "{n} of {all} contacts that count were answered in time.",
        n=fmt.part(number.numerator), all=fmt.part(number.denominator),
    )  # fmt: skip
    if number.low is not None and number.high is not None:
        range_ = fmt.values(number.low, number.high, "percent")
        text += " " + _("Likely range {range}.", range=range_)
    old = before.get("service_level") if before else None
    if old is not None and _solid(old):
        text += " " + _changed(number, old, before_name)
    return Finding(head, text, weight)


def _changed(new: Number, old: Number, before_name: str) -> str:
    gap = (new.value or 0) - (old.value or 0)
    size = fmt.difference(gap, new.metric.unit)
    clear = estimates.is_clear(new.estimate, old.estimate)
    if clear is False:
        return _("Against {before} there is no change beyond chance.", before=before_name)
    more, less = N_("That is {size} more than {before}."), N_("That is {size} less than {before}.")
    return _(more if gap > 0 else less, size=size, before=before_name)


def worst_queue(numbers: Numbers, names: dict[str, str]) -> Finding | None:
    """The queue that lacks the most answers in time to reach its goal, of several queues."""
    found = []
    for queue in numbers.scope_ids("queue"):
        number = numbers.get("service_level", "queue", queue)
        if number and number.goal is not None and number.value is not None and _solid(number):
            lacking = number.goal / 100 * (number.denominator or 0) - (number.numerator or 0)
            found.append((lacking, number))
    if len(found) < 2:  # noqa: PLR2004
        return None
    lacking, worst = max(found, key=lambda f: f[0])
    met = sum(1 for _, n in found if n.status == "met")
    if lacking <= 0:
        return Finding(
            _("All {n} queues met their service level", n=len(found)),
            _(
                "Closest to the goal: queue {scope_id}, {value}.",
                scope_id=names.get(worst.scope_id, worst.scope_id),
                value=fmt.share(worst.value),
            ),
            30,
        )
    name = names.get(worst.scope_id, worst.scope_id)
    lacked = max(1, round(lacking))
    return Finding(
        _("Queue {name} lacked the most, at {value}", name=name, value=fmt.share(worst.value)),
        ngettext(
            "{n} more contact answered in time would have met {goal} there.",
            "{n} more contacts answered in time would have met {goal} there.",
            lacked,
            goal=fmt.share(worst.goal, 0),
        )
        + " "
        + (
            _("{met} of {all} queues met the goal.", met=met, all=len(found))
            if met
            else _("None of {all} queues met the goal.", all=len(found))
        ),
        50 + min(10.0, lacking / 10),
    )


def worst_interval(bins: list[dict[str, Any]], min_n: int, goal: float | None) -> Finding | None:
    """The interval with the lowest service level on enough contacts."""
    solid = [b for b in bins if b["n_counted"] >= max(1, min_n)]
    if len(solid) < 3:  # noqa: PLR2004
        return None
    low = min(solid, key=lambda b: b["level"])
    if goal is None or low["level"] >= goal:
        return None
    under = sum(1 for b in solid if b["level"] < goal)
    busiest = max(bins, key=lambda b: b["n_offered"])
    return Finding(
        _(
            "Lowest at {clock}, {value}",
            clock=fmt.clock(low["local"]),
            value=fmt.share(low["level"], 0),
        ),
        _(
            "{n} of {all} in time. {under} of {intervals} intervals were under the goal; the most "
            "contacts came at {clock}.",
            n=fmt.count(low["n_in_time"]),
            all=fmt.count(low["n_counted"]),
            under=under,
            intervals=len(solid),
            clock=fmt.clock(busiest["local"]),
        ),
        45 + (goal - low["level"]) / 10,
    )


def worst_day(days: dict[date, Numbers]) -> Finding | None:
    """The day with the lowest service level, of several that are over."""
    found = [
        (d, n)
        for d, day in days.items()
        if (n := day.get("service_level")) and _solid(n) and not n.is_provisional
    ]
    if len(found) < 3:  # noqa: PLR2004
        return None
    day, low = min(found, key=lambda f: f[1].value or 0)
    missed = sum(1 for _, n in found if n.status in ("near", "missed"))
    if low.goal is None or not missed:
        return None
    offered = days[day].value("offered") or 0
    mean = sum(d.value("offered") or 0 for d in days.values()) / len(days)
    gap = 100 * (offered / mean - 1) if mean else 0
    said = (
        N_(
            "{n} of {all} days were under the goal. "
            "That day had {gap} more contacts than a mean day."
        )
        if gap > 0
        else N_(
            "{n} of {all} days were under the goal. "
            "That day had {gap} fewer contacts than a mean day."
        )
    )
    return Finding(
        _(
            "{day} was lowest, at {value}",
            day=fmt.day_among(day, days),
            value=fmt.share(low.value, 0),
        ),
        _(said, n=missed, all=len(found), gap=fmt.share(abs(gap), 0)),
        50,
    )


def lost_contacts(outcomes: list[Row], names: dict[str, str]) -> Finding | None:
    """Customers who left without an agent, and the queue most of them left."""
    lost: dict[str, int] = {}
    whole = 0
    for row in outcomes:
        if row["outcome"] == "blocked":
            continue
        whole += row["n"]
        if row["outcome"] in ("abandoned", "timeout", "empty", "withdrawn"):
            lost[row["queue_id"]] = lost.get(row["queue_id"], 0) + row["n"]
    total = sum(lost.values())
    if not total:
        return None
    share = 100 * total / whole
    text = _(
        "That is {share} of {all}: hung up, timed out or sent away.",
        share=fmt.share(share), all=fmt.count(whole),
    )  # fmt: skip
    if len({r["queue_id"] for r in outcomes}) > 1:
        queue = max(lost, key=lambda q: lost[q])
        name = names.get(queue, queue)
        text += " " + _("{n} of them in queue {queue}.", n=fmt.count(lost[queue]), queue=name)
    head = ngettext("{n} contact was lost", "{n} contacts were lost", total)
    return Finding(head, text, 35 + min(25.0, share))


def refused(outcomes: list[Row], names: dict[str, str]) -> Finding | None:
    """Callers refused before they could wait."""
    blocked = {r["queue_id"]: r["n"] for r in outcomes if r["outcome"] == "blocked"}
    total = sum(blocked.values())
    if not total:
        return None
    queue = max(blocked, key=lambda q: blocked[q])
    return Finding(
        ngettext(
            "{n} caller could not enter a queue", "{n} callers could not enter a queue", total
        ),
        _(
            "Full, closed or without agents: {n} of them at queue {queue}. "
            "They are in no service level.",
            n=fmt.count(blocked[queue]),
            queue=names.get(queue, queue),
        ),
        32 + min(20.0, total / 10),
    )


def unanswered_rings(offers: list[Row], names: dict[str, str]) -> Finding | None:
    """Rings that agents let pass or turned down."""
    missed: dict[str, int] = {}
    whole = declined = 0
    for row in offers:
        if row["outcome"] in ("answered", "no_answer", "declined", "dumped"):
            whole += row["n"]
        if row["outcome"] in ("no_answer", "declined"):
            missed[row["queue_id"]] = missed.get(row["queue_id"], 0) + row["n"]
            declined += row["n"] if row["outcome"] == "declined" else 0
    total = sum(missed.values())
    if not total or 100 * total < whole:
        return None
    queue = max(missed, key=lambda q: missed[q])
    return Finding(
        ngettext(
            "{n} ring at agents went unanswered", "{n} rings at agents went unanswered", total
        ),
        _(
            "{share} of rings: {out} rang out, {declined} were declined. "
            "Most in queue {queue} ({n}).",
            share=fmt.share(100 * total / whole),
            out=fmt.count(total - declined),
            declined=fmt.count(declined),
            queue=names.get(queue, queue),
            n=fmt.count(missed[queue]),
        ),
        30 + min(25.0, 100 * total / whole),
    )


def flattered(numbers: Numbers) -> Finding | None:
    """Whether time-outs make the service level look better than callers had it."""
    number, harsh = numbers.get("service_level"), numbers.get("service_level_lost")
    if not number or not harsh or number.value is None or harsh.value is None or harsh.is_small:
        return None
    gap = number.value - harsh.value
    if gap < 1:
        return None
    return Finding(
        _("With everything lost counted it is {value}", value=fmt.share(harsh.value)),
        _(
            "Time-outs and contacts sent away are outside the usual service level; "
            "counted as missed they take {gap} off it.",
            gap=fmt.difference(gap, "percent"),
        ),
        33 + gap,
    )


def choose(found: list[Finding | None]) -> list[Finding]:
    """The weightiest findings, at most four, in order of weight."""
    return sorted((f for f in found if f), key=lambda f: -f.weight)[:MOST]
