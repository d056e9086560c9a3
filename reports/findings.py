"""Plain-language findings: pure functions from numbers to sentences, weightiest first.

A finding says what happened, how large it is and where; it claims no cause, and none is made of
fewer cases than its metric asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import estimates
from reports import format as fmt

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
    head, weight = f"Service level was {fmt.share(number.value)}", 60.0
    if number.goal is not None:
        gap = number.value - number.goal
        side = "above" if gap >= 0 else "under"
        head += f", {fmt.difference(gap, 'percent')} {side} the goal"
        weight += max(0.0, -gap)
    text = f"{fmt.part(number.numerator)} of {fmt.part(number.denominator)} calls that count "
    text += "were answered in time."
    if number.low is not None and number.high is not None:
        text += f" Likely range {number.low:.1f} to {fmt.share(number.high)}."
    old = before.get("service_level") if before else None
    if old is not None and _solid(old):
        text += " " + _changed(number, old, before_name)
    return Finding(head, text, weight)


def _changed(new: Number, old: Number, before_name: str) -> str:
    gap = (new.value or 0) - (old.value or 0)
    size = fmt.difference(gap, new.metric.unit)
    clear = estimates.is_clear(new.estimate, old.estimate)
    if clear is False:
        return f"Against {before_name} there is no change beyond chance."
    return f"That is {size} {'more' if gap > 0 else 'less'} than {before_name}."


def worst_queue(numbers: Numbers, names: dict[str, str]) -> Finding | None:
    """The queue that lacks the most calls to reach the goal, when there are several queues."""
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
            f"All {len(found)} queues met their service level",
            f"Closest to the goal: queue {names.get(worst.scope_id, worst.scope_id)}, "
            f"{fmt.share(worst.value)}.",
            30,
        )
    name = names.get(worst.scope_id, worst.scope_id)
    calls = fmt.plural(max(1, round(lacking)), "more call")
    return Finding(
        f"Queue {name} was furthest behind, at {fmt.share(worst.value)}",
        f"{calls} answered in time would have met {fmt.share(worst.goal, 0)} there. "
        f"{met or 'None'} of {len(found)} queues met the goal.",
        50 + min(10.0, lacking / 10),
    )


def worst_interval(bins: list[dict[str, Any]], min_n: int, goal: float | None) -> Finding | None:
    """The interval with the lowest service level on enough calls."""
    solid = [b for b in bins if b["n_counted"] >= max(1, min_n)]
    if len(solid) < 3:  # noqa: PLR2004
        return None
    low = min(solid, key=lambda b: b["level"])
    if goal is None or low["level"] >= goal:
        return None
    under = sum(1 for b in solid if b["level"] < goal)
    busiest = max(bins, key=lambda b: b["n_offered"])
    return Finding(
        f"Lowest at {fmt.clock(low['local'])}, {low['level']:.0f}{fmt.SPACE}%",
        f"{low['n_in_time']:,} of {low['n_counted']:,} in time. {under} of {len(solid)} intervals "
        f"were under the goal; the most calls came at {fmt.clock(busiest['local'])}.",
        45 + (goal - low["level"]) / 10,
    )


def worst_day(days: dict[date, Numbers]) -> Finding | None:
    """The day with the lowest service level, of several."""
    found = [(d, n) for d, day in days.items() if (n := day.get("service_level")) and _solid(n)]
    if len(found) < 3:  # noqa: PLR2004
        return None
    day, low = min(found, key=lambda f: f[1].value or 0)
    missed = sum(1 for _, n in found if n.status in ("near", "missed"))
    if low.goal is None or not missed:
        return None
    offered = days[day].value("offered") or 0
    mean = sum(d.value("offered") or 0 for d in days.values()) / len(days)
    gap = 100 * (offered / mean - 1) if mean else 0
    more = f"{abs(gap):.0f}{fmt.SPACE}% {'more' if gap > 0 else 'fewer'} calls than on a mean day"
    return Finding(
        f"{fmt.day(day)} was lowest, at {low.value:.0f}{fmt.SPACE}%",
        f"{missed} of {len(found)} days were under the goal. That day had {more}.",
        50,
    )


def lost_calls(outcomes: list[Row], names: dict[str, str]) -> Finding | None:
    """Callers who left without an agent, and the queue most of them left."""
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
    text = f"That is {fmt.share(share)} of {whole:,}: hung up, timed out or sent away."
    if len({r["queue_id"] for r in outcomes}) > 1:
        queue = max(lost, key=lambda q: lost[q])
        text += f" {lost[queue]:,} of them in queue {names.get(queue, queue)}."
    return Finding(f"{fmt.plural(total, 'call')} {'was' if total == 1 else 'were'} lost", text,
                   35 + min(25.0, share))  # fmt: skip


def refused(outcomes: list[Row], names: dict[str, str]) -> Finding | None:
    """Callers refused before they could wait."""
    blocked = {r["queue_id"]: r["n"] for r in outcomes if r["outcome"] == "blocked"}
    total = sum(blocked.values())
    if not total:
        return None
    queue = max(blocked, key=lambda q: blocked[q])
    return Finding(
        f"{fmt.plural(total, 'caller')} could not enter a queue",
        f"Full, closed or without agents: {blocked[queue]:,} of them at queue "
        f"{names.get(queue, queue)}. They are in no service level.",
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
        f"{fmt.plural(total, 'ring')} at agents went unanswered",
        f"{fmt.share(100 * total / whole)} of rings: {total - declined:,} rang out, {declined:,} "
        f"were declined. Most in queue {names.get(queue, queue)} ({missed[queue]:,}).",
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
        f"With every lost call counted it is {fmt.share(harsh.value)}",
        f"Time-outs and calls sent away are outside the usual service level; counted as missed "
        f"they take {fmt.difference(gap, 'percent')} off it.",
        33 + gap,
    )


def choose(found: list[Finding | None]) -> list[Finding]:
    """The weightiest findings, at most four, in order of weight."""
    return sorted((f for f in found if f), key=lambda f: -f.weight)[:MOST]
