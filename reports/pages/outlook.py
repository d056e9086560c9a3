"""The page of the next four weeks: what comes, how sure that is, whom it needs, and what if."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reports import format as fmt
from reports import outlook_rows
from reports.figures import outlook as figures
from reports.forecasting.backtest import FEWEST_DAYS
from reports.language import _, ngettext
from reports.outputs.frames import Rows
from reports.pages import tables
from reports.pages.frame import frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.forecasting.backtest import Accuracy
    from reports.outlooks import GroupOutlook, Outlook, QueueOutlook
    from reports.pages.frame import Site

WEEK = 7
MOST_GROUPS = 12
"""So many groups, the largest, have charts and can be asked what if."""


def context(site: Site, outlook: Outlook) -> dict[str, Any]:
    """What the template of the page needs."""
    shown = outlook.forecast
    panel = figures.by_interval()
    large = shown[:MOST_GROUPS]
    sections = [_section(group, place) for place, group in enumerate(large)]
    charts = [chart for section in sections for chart in section["charts"]]
    staffed = [group for group in large if any(map(sum, group.required))]
    written = sorted(q["queue_name"] for q in site.queues.values() if not q["is_live"])
    return {
        **frame(site),
        "title": _("Next four weeks"),
        "subtitle": _subtitle(shown),
        "told": [_told(group) for group in shown],
        "root": "",
        "fewest": FEWEST_DAYS,
        "overview": _overview(shown),
        "columns": _columns(),
        "trust": [_trust(group.key, group.accuracy) for group in shown if group.accuracy],
        "trust_columns": _trust_columns(),
        "queue_trust": [
            _trust(queue.name, queue.accuracy)
            for group in shown for queue in group.queues if queue.accuracy
        ],
        "short": [_short(group, queue) for group in outlook.groups for queue in group.short],
        "unasked": fmt.words(written, 6) if written else "",
        "sections": sections,
        "week_columns": _week_columns(),
        "panel": panel if staffed else None,
        "panel_groups": [(place, group.key) for place, group in enumerate(large)
                         if any(map(sum, group.required))],
        "panel_data": whatif_data(outlook) if staffed else None,
        "shrinkage": outlook.shrinkage,
        "charts": [*([panel] if staffed else []), *charts],
        "rows_beside": _rows(outlook) if shown else [],
    }  # fmt: skip


def _rows(outlook: Outlook) -> list[Rows]:
    return [
        Rows(_("Groups by quarter hour"), "outlook/groups", outlook_rows.group_rows(outlook)),
        Rows(_("Queues by quarter hour"), "outlook/queues", outlook_rows.queue_rows(outlook)),
    ]


def _subtitle(groups: Sequence[GroupOutlook]) -> str:
    if not groups:
        return _("No queue has a past that is long enough for a forecast")
    first = min(group.first for group in groups)
    last = max(group.days[-1] for group in groups)
    return _("{first} · what is likely to come, and whom it needs", first=fmt.days(first, last))


def _told(group: GroupOutlook) -> str:
    """A group in a few words, for who shows a link to the page."""
    total, hours = sum(map(sum, group.forecast)), sum(map(sum, group.required)) / 4
    return _(
        "{key}: {total} contacts, {hours} agent hours",
        key=group.key,
        total=fmt.count(total),
        hours=fmt.count(hours),
    )


def _short(group: GroupOutlook, queue: QueueOutlook) -> str:
    days = ngettext("{n} day", "{n} days", queue.past.days)
    if queue.past.days >= FEWEST_DAYS:
        return _(
            "{name} ({key}): nothing came in the last four weeks", name=queue.name, key=group.key
        )
    return _("{name} ({key}): {days} so far", name=queue.name, key=group.key, days=days)


# -------------------------------------------------------------------- tables


def _columns() -> list[tables.Column]:
    return [
        tables.Column(_("Group"), left=True),
        tables.Column(_("Contacts expected")),
        tables.Column(_("80 % range")),
        tables.Column(_("Last four weeks")),
        tables.Column(_("Change")),
        tables.Column(_("Handle time")),
        tables.Column(_("Agent hours"), title=_("At work, without shrinkage, by Erlang C")),
        tables.Column(_("with patience"), title=_("By Erlang A: callers give up as yours do")),
        tables.Column(_("Patience")),
        tables.Column(
            _("Most at once"), left=True, title=_("Agents at work in the busiest quarter hour")
        ),
    ]


def _overview(groups: Sequence[GroupOutlook]) -> list[list[tables.Cell]]:
    return [_group_row(group, place) for place, group in enumerate(groups)]


def _group_row(group: GroupOutlook, place: int) -> list[tables.Cell]:
    total = sum(map(sum, group.forecast))
    before = sum(group.past[-len(group.forecast) :])
    change = 100 * (total - before) / before if before else None
    patient = group.required_patient
    needed = sum(map(sum, group.required)) / 4
    return [
        tables.Cell(group.key, href=f"#group-{place}" if place < MOST_GROUPS else ""),
        tables.Cell(fmt.count(total), sort=round(total, 2)),
        tables.Cell(_range(group, total)),
        tables.Cell(fmt.count(before), sort=before),
        tables.Cell(_signed(change), sort=change),
        tables.Cell(fmt.seconds(_handle_s(group)), sort=_handle_s(group)),
        tables.Cell(fmt.count(needed) if needed else fmt.UNKNOWN, sort=needed),
        tables.Cell(fmt.count(sum(map(sum, patient)) / 4) if patient else fmt.UNKNOWN,
                    sort=sum(map(sum, patient)) / 4 if patient else None),
        tables.Cell(fmt.seconds(group.patience_s), sort=group.patience_s),
        _most(group),
    ]  # fmt: skip


def _range(group: GroupOutlook, total: float) -> str:
    if not group.ranges:
        return fmt.UNKNOWN
    low, high = group.ranges.of_day(total)
    return fmt.to(fmt.count(low), fmt.count(high))


def _signed(change: float | None) -> str:
    if change is None:
        return fmt.UNKNOWN
    sign = "+" if change > 0 else fmt.MINUS if change < 0 else ""
    return f"{sign}{fmt.share(abs(change))}"


def _handle_s(group: GroupOutlook) -> float | None:
    """Mean handle time of what is expected."""
    known = [one for day in group.asked for one in day if one]
    contacts = sum(one.load.contacts for one in known)
    return sum(one.load.contacts * one.load.handle_s for one in known) / contacts if known else None


def _most(group: GroupOutlook) -> tables.Cell:
    agents, day, slot = max(
        (
            (agents, -n, -slot)
            for n, of in enumerate(group.required)
            for slot, agents in enumerate(of)
        ),
        default=(0, 0, 0),
    )
    if not agents:
        return tables.Cell(fmt.UNKNOWN)
    when = f"{fmt.day(group.days[-day])}, {figures.clock(-slot)}"
    return tables.Cell(f"{agents} ({when})", sort=agents, left=True)


def _trust_columns() -> list[tables.Column]:
    return [
        tables.Column(_("Of"), left=True),
        tables.Column(
            _("Tests"), title=_("Forecasts of the past, each from the days before it alone")
        ),
        tables.Column(_("Days")),
        tables.Column(
            _("Error by quarter hour"), title=_("Sum of |came - forecast| for all that came")
        ),
        tables.Column(
            _("as a week before"), title=_("The same, of the same quarter hour a week before")
        ),
        tables.Column(_("Error by day")),
        tables.Column(_("as a week before")),
        tables.Column(_("Bias"), title=_("Above zero: too many were forecast")),
        tables.Column(_("Within range by quarter hour"), title=_("The range claims 80 %")),
        tables.Column(_("by day")),
    ]


def _trust(name: str, found: Accuracy) -> list[tables.Cell]:
    bias = None if found.bias is None else 100 * found.bias
    return [
        tables.Cell(name),
        tables.Cell(str(found.trials), sort=found.trials),
        tables.Cell(str(found.days), sort=found.days),
        *(_share(v) for v in (found.wape, found.naive, found.wape_day, found.naive_day)),
        tables.Cell(_signed(bias), sort=bias),
        _share(found.coverage),
        _share(found.coverage_day),
    ]


def _share(value: float | None) -> tables.Cell:
    percent = None if value is None else 100 * value
    return tables.Cell(fmt.share(percent), sort=percent)


def _week_columns() -> list[tables.Column]:
    return [
    tables.Column(_("Week"), left=True, sorts=False), tables.Column(_("Contacts"), sorts=False),
    tables.Column(_("80 % range"), sorts=False), tables.Column(_("Agent hours"), sorts=False),
    tables.Column(_("with patience"), sorts=False), tables.Column(_("Most at once"), sorts=False),
]  # fmt: skip


def _section(group: GroupOutlook, place: int) -> dict[str, Any]:
    made = (figures.by_day(group, place), figures.by_weekday(group, place))
    return {
        "id": f"group-{place}",
        "name": group.key,
        "queues": fmt.words([queue.name for queue in group.queues], 6),
        "zone": group.zone,
        "charts": [chart for chart in made if chart],
        "weeks": [_week(group, first) for first in range(0, len(group.forecast), WEEK)],
        "special": [
            f"{fmt.day(day)} ({_('closed') if special.is_closed else _('other hours')})"
            for day, special in sorted(group.queues[0].past.special.items())
            if day in group.days
        ],
    }


def _week(group: GroupOutlook, first: int) -> list[tables.Cell]:
    days = range(first, min(first + WEEK, len(group.forecast)))
    total = sum(sum(group.forecast[n]) for n in days)
    patient = group.required_patient
    hours = sum(sum(group.required[n]) for n in days) / 4
    return [
        tables.Cell(fmt.days(group.days[days[0]], group.days[days[-1]])),
        tables.Cell(fmt.count(total)),
        tables.Cell(_range(group, total)),
        tables.Cell(fmt.number(hours, 1) if hours else fmt.UNKNOWN),
        tables.Cell(
            fmt.number(sum(sum(patient[n]) for n in days) / 4, 1) if patient else fmt.UNKNOWN
        ),
        tables.Cell(fmt.count(max(max(group.required[n]) for n in days))),
    ]


# -------------------------------------------------------------------- what the script computes from


def whatif_data(outlook: Outlook) -> dict[str, Any]:
    """Volumes, handle times and goals of each group: what the page's script works from."""
    return {
        "shrinkage": None if outlook.shrinkage is None else round(outlook.shrinkage, 4),
        "groups": [_group_data(group) for group in outlook.forecast[:MOST_GROUPS]],
    }


def _group_data(group: GroupOutlook) -> dict[str, Any]:
    slots = figures.open_slots(group)
    return {
        "name": group.key,
        "slot": slots.start if slots else 0,
        "days": [fmt.day(day) for day in group.days],
        "weeks": [
            fmt.days(group.first + timedelta(days=n), group.first + timedelta(days=n + WEEK - 1))
            for n in range(0, len(group.forecast), WEEK)
        ],
        "patience": None if group.patience_s is None else round(group.patience_s, 3),
        "short": group.short_s,
        "queues": [
            {
                "name": queue.name,
                "t": queue.threshold_s,
                "goal": None if queue.goal is None else round(queue.goal, 6),
                "handle": [queue.handle_s[slot] for slot in slots],
                "volume": [[day[slot] for slot in slots] for day in queue.forecast],
            }
            for queue in group.queues
        ],
    }
