"""Cards and tables: cells that carry their text, their place in a sort and their question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from reports import estimates
from reports import format as fmt
from reports.figures.people import STATES
from reports.figures.spark import sparkline, stacked_bar
from reports.language import N_, _, ngettext
from reports.pages.render import sign_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from reports.records import Number, Numbers, Row

MAIN_CARDS = (
    "service_level", "abandonment_rate", "average_speed_of_answer", "average_handle_time",
    "occupancy", "offered",
)  # fmt: skip
MORE_CARDS = (
    "lost_rate", "service_level_lost", "wait_p90", "transfer_rate", "ring_no_answer_rate",
    "contacts_per_hour",
)  # fmt: skip


_COVERED = {
    "average_handle_time": N_("wrap-up {share}"), "handle_time_per_leg": N_("wrap-up {share}"),
    "handle_time_per_visit": N_("wrap-up {share}"), "occupancy": N_("log-in {share}"),
}  # fmt: skip
"""What a metric's coverage is of, where that is not its own value."""


_MOODS = {"missed": "bad", "near": "warn"}

QUEUE_COLUMNS = (
    ("abandonment_rate", N_("Abandoned")), ("lost_rate", N_("Lost")),
    ("average_speed_of_answer", N_("Speed of answer")), ("average_handle_time", N_("Handle time")),
    ("transfer_rate", N_("Transferred")), ("ring_no_answer_rate", N_("Rings not answered")),
)  # fmt: skip
AGENT_COLUMNS = (
    ("occupancy", N_("Occupancy")), ("contacts_per_hour", N_("Contacts per hour")),
    ("average_handle_time", N_("Handle time")), ("transfer_rate", N_("Transferred")),
    ("ring_no_answer_rate", N_("Rings not answered")), ("declined_rate", N_("Rings declined")),
)  # fmt: skip
CARDS = (*MAIN_CARDS, *MORE_CARDS)
OF_QUEUES = {"offered", "service_level", *(metric for metric, _label in QUEUE_COLUMNS)}
OF_AGENTS = {"handled_contacts", *(metric for metric, _label in AGENT_COLUMNS)}
"""Metrics that the tables of queues and agents show."""
IN_TABLES = sorted(OF_QUEUES | OF_AGENTS)


@dataclass(frozen=True)
class Column:
    """A heading; `left` for words, `sorts` unless it holds pictures."""

    label: str
    left: bool = False
    sorts: bool = True
    title: str = ""
    unit: str = ""
    """Of its cells, where they hold no numbers of metrics: seconds."""


@dataclass(frozen=True)
class Cell:
    """A table's cell: its text, what it sorts by, and the number it can be questioned about."""

    text: str = ""
    sort: float | str | None = None
    number: Number | None = None
    picture: Markup | None = None
    state: tuple[str, str, str] | None = None
    bar: float | None = None
    mark: float | None = None
    href: str = ""
    left: bool = False
    faint: bool = False
    mood: str = ""
    """`bad` or `warn` where a goal is missed: a sign stands before the number."""
    shown: Number | None = None
    """The number of a cell that the page does not let people ask about."""
    day: date | None = None
    """The day that the row is about."""
    parts: tuple[tuple[str, float], ...] = ()
    """What a picture shows: label and seconds of each part."""


@dataclass(frozen=True)
class Change:
    """A comparison with an earlier period."""

    text: str
    mood: str
    title: str
    alone: str = ""
    """The same where a heading says with what it is compared."""


@dataclass(frozen=True)
class Card:
    """A key figure."""

    number: Number
    text: str
    goal: str
    state: tuple[str, str, str] | None
    confidence: str
    changes: tuple[Change, ...]
    spark: Markup


def change(
    new: Number, old: Number | None, against: str, *, usual: float | None = None
) -> Change | None:
    """How a number moved; grey where it may be chance or neither way is good.

    A move too small for the figures shown is none: nobody could see that it is one. What has no
    95 % range is judged by how far it usually moves, and where that is not known, not at all.

    Args:
        new: the number of the period.
        old: that of the earlier one.
        against: what the earlier period is called.
        usual: how far such numbers move by chance, in the unit of their values.
    """
    if old is None or old.value is None or new.value is None:
        return None
    if new.is_provisional and new.metric.additivity == "additive":
        # The sum of a part of a week says nothing beside that of a whole one.
        return None
    gap, unit = new.value - old.value, new.metric.unit
    before = f"{against}: {fmt.value(old.value, unit)}"
    moved = fmt.difference(gap, unit)
    is_clear = estimates.is_clear(new.estimate, old.estimate)
    if is_clear is None and usual is not None:
        is_clear = abs(gap) > usual
    if is_clear is False or moved == fmt.difference(0, unit):
        is_chance = is_clear is False
        title = _("{before}; no change beyond chance", before=before) if is_chance else before
        return Change(_("≈ as {against}", against=against), "flat", title, alone=_("≈ unchanged"))
    mood = "flat"
    takes_sides = new.metric.direction in ("higher", "lower")
    if is_clear and takes_sides and not (new.is_small or old.is_small):
        mood = "up" if (gap > 0) == (new.metric.direction == "higher") else "down"
    arrow = "▲" if gap > 0 else "▼"
    size = f"{arrow} {moved}"
    return Change(_("{size} vs {against}", size=size, against=against), mood, before, alone=size)


def confidence(number: Number) -> str:
    """The 95 % range, or that there are too few cases for one; and how much is known at all."""
    if number.is_small:
        return ngettext("only {n} case", "only {n} cases", number.n)
    said = []
    if number.low is not None and number.high is not None:
        said.append(fmt.values(number.low, number.high, number.metric.unit))
    if number.coverage is not None and number.coverage < 0.995:  # noqa: PLR2004  rounds to 100 %
        what = _COVERED.get(number.metric.id, "")
        share = (
            _("known of {coverage}", coverage=fmt.share(100 * number.coverage, 0))
            if number.coverage
            else _("not known")
        )
        said.append(_(what, share=share) if what else share)
    return ", ".join(said)


def goal_text(number: Number) -> str:
    """The goal with its side: ≥ 80 %."""
    if number.goal is None:
        return ""
    sign = {"higher": "≥ ", "lower": "≤ "}.get(number.metric.direction, "")
    unit = number.metric.unit
    if unit == "percent":
        return f"{sign}{fmt.short(number.goal)}{fmt.SPACE}%"
    return sign + (fmt.limit(number.goal) if unit == "seconds" else fmt.value(number.goal, unit))


def card(
    number: Number,
    earlier: Sequence[tuple[str, Numbers]],
    history: Sequence[float | None],
    usual: Sequence[float | None] = (),
) -> Card:
    """A key figure with its goal, state, changes and course.

    Args:
        number: of the period.
        earlier: what it is compared with.
        history: the values that its small course is drawn of.
        usual: how far it moves by chance against each of `earlier`, where that is known.
    """
    changes = (
        change(number, old.get(number.metric.id), against, usual=far)
        for (against, old), far in zip_longest(earlier, usual)
    )
    return Card(
        number=number,
        text=fmt.value(number.value, number.metric.unit),
        goal=goal_text(number),
        state=None if number.is_small else sign_of(number.status),
        confidence=confidence(number),
        changes=tuple(c for c in changes if c),
        spark=sparkline(history, goal=number.goal),
    )  # fmt: skip


def provisional(cards: Sequence[Card]) -> str:
    """Which key figures may still change; empty where none does."""
    open_ = [c.number.metric.name for c in cards if c.number.is_provisional]
    if not open_:
        return ""
    return (
        _("Provisional")
        if len(open_) == len(cards)
        else _("Provisional: {open}", open=fmt.words(open_, 3))
    )


def told(cards: Sequence[Card]) -> list[str]:
    """Key figures in plain text, for who shows a link to a page."""
    words = (f"{card.number.metric.name} {card.text}" for card in cards)
    goals = ((f" ({_('goal {goal}', goal=card.goal)})" if card.goal else "") for card in cards)
    return [figure + goal for figure, goal in zip(words, goals, strict=True)]


def cell(number: Number | None, mood: str = "") -> Cell:
    """A number in a table: greyed when it rests on few cases."""
    if number is None or number.value is None:
        return Cell(fmt.UNKNOWN, sort=None, mood=mood)
    return Cell(
        fmt.value(number.value, number.metric.unit), sort=round(number.value, 6), number=number,
        faint=number.is_small, mood=mood,
    )  # fmt: skip


def with_goal(number: Number | None) -> Cell:
    """A number in a table with the colour and sign of its state."""
    return cell(number, _MOODS.get(number.status, "") if number else "")


def queue_table(
    numbers: Numbers, queues: dict[str, Row], courses: dict[str, list[float | None]]
) -> tuple[list[Column], list[list[Cell]]]:
    """One row per queue, the largest first."""
    present = numbers.scope_ids("queue")
    used = [
        (m, label) for m, label in QUEUE_COLUMNS if any(numbers.get(m, "queue", q) for q in present)
    ]
    columns = [
        Column(_("Queue"), left=True), Column(_("State"), left=True),
        Column("T", title=_("Time limit of the service level"), unit="seconds"),
        Column(_("Contacts")), Column(_("Service level"), left=True, sorts=False),
        Column(_("In time")),
        *(Column(_(label)) for _metric, label in used),
    ]  # fmt: skip
    has_course = any(sparkline(c) for c in courses.values())
    if has_course:
        columns.append(Column(_("Course"), sorts=False, title=_("Service level over the period")))
    rows = []
    for queue in sorted(present, key=lambda q: -(numbers.value("offered", "queue", q) or 0)):
        facts, level = queues.get(queue, {}), numbers.get("service_level", "queue", queue)
        row = [
            Cell(facts.get("queue_name") or queue, left=True),
            Cell(state=sign_of(level.status) if level and not level.is_small else None, left=True,
                 sort=level.status if level else ""),
            _limit(facts),
            cell(numbers.get("offered", "queue", queue)),
            Cell(bar=level.value, mark=level.goal) if level and level.value is not None else Cell(),
            cell(level),
            *(cell(numbers.get(metric, "queue", queue)) for metric, _label in used),
        ]  # fmt: skip
        if has_course:
            line = sparkline(courses.get(queue, []), goal=level.goal if level else None,
                             width=110, height=22)  # fmt: skip
            row.append(Cell(picture=line))
        rows.append(row)
    return columns, rows


def _limit(facts: dict[str, Any]) -> Cell:
    limit = facts.get("service_level_s")
    if limit is None:
        return Cell(fmt.UNKNOWN)
    return Cell(f"{fmt.limit(limit)}{'*' if facts.get('is_threshold_assumed') else ''}", sort=limit)


def at_work(numbers: Numbers, time: list[Row]) -> set[str]:
    """Agents who were logged in, or of whom a number of the table tells more than no contact."""
    told = {
        number.scope_id
        for number in numbers
        if number.scope_kind == "agent"
        and number.metric.id in OF_AGENTS
        and (number.value or (number.value == 0 and number.metric.id != "handled_contacts"))
    }
    return told | {row["agent_id"] for row in time if row["state_s"]}


def agent_table(
    numbers: Numbers, agents: dict[str, Row], time: list[Row]
) -> tuple[list[Column], list[list[Cell]]]:
    """One row per agent at work (see `at_work`), by name: no league table."""
    spent: dict[str, dict[str, float]] = defaultdict(dict)
    for row in time:
        spent[row["agent_id"]][row["state"]] = float(row["state_s"] or 0)
    present = at_work(numbers, time)
    used = [
        (m, label) for m, label in AGENT_COLUMNS if any(numbers.get(m, "agent", a) for a in present)
    ]
    has_team = any((agents.get(a) or {}).get("team") for a in present)
    columns = [
        Column(_("Agent"), left=True), *([Column(_("Team"), left=True)] if has_team else []),
        Column(_("Contacts")), Column(_("Logged in"), unit="seconds"),
        Column(_("Time spent"), left=True, sorts=False),
        *(Column(_(label)) for _metric, label in used),
    ]  # fmt: skip
    rows = []
    names = {a: (agents.get(a) or {}).get("agent_name") or a for a in present}
    for agent, name in sorted(names.items(), key=lambda of: (*fmt.alphabetical(of[1]), of[0])):
        whole = sum(spent[agent].values())
        handled = numbers.get("handled_contacts", "agent", agent)
        rows.append([
            Cell(name, left=True),
            *([Cell((agents.get(agent) or {}).get("team") or "", left=True)] if has_team else []),
            cell(handled),
            Cell(fmt.span(whole), sort=round(whole)),
            _time_spent(spent[agent]),
            *(cell(numbers.get(metric, "agent", agent)) for metric, _label in used),
        ])  # fmt: skip
    return columns, rows


def _time_spent(spent: dict[str, float]) -> Cell:
    """A bar of states with the same in words for who cannot see it."""
    whole = sum(spent.values())
    parts = [(colour, _(label), spent.get(state, 0)) for state, colour, label in STATES]
    words = [
        f"{label} {fmt.share(100 * size / whole, 0)}" for _colour, label, size in parts if size
    ]
    return Cell(
        ", ".join(words),
        picture=stacked_bar([(c, size) for c, _label, size in parts]),
        parts=tuple((label, size) for _colour, label, size in parts),
    )
