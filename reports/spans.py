"""The stretches of time that have pages: local days, weeks from Monday, calendar months."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from reports import format as fmt
from reports.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

Grain = Literal["day", "week", "month"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month")
_BEFORE: dict[Grain, str] = {"week": N_("the week before"), "month": N_("the month before")}
HISTORY: dict[Grain, int] = {"day": 28, "week": 13, "month": 13}
"""How many stretches a course shows, the one of the page with them."""
_FEW_MONTHS = 6
"""Fewer make no course, so their weeks are drawn."""


@dataclass(frozen=True, order=True)
class Span:
    """A day, week or month."""

    grain: Grain
    first: date

    @property
    def last(self) -> date:
        """The last day of it."""
        if self.grain == "month":
            return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        return self.first + timedelta(days=6 if self.grain == "week" else 0)

    @property
    def name(self) -> str:
        """How its files are called: 2026-11-21, 2026-W47, 2026-11."""
        if self.grain == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        return self.first.isoformat()[: 7 if self.grain == "month" else 10]

    @property
    def folder(self) -> str:
        """Folder of its pages within the site: days/2026-11-21."""
        return f"{self.grain}s/{self.name}"

    @property
    def title(self) -> str:
        """How people call it in a heading."""
        if self.grain == "day":
            return fmt.long_day(self.first)
        if self.grain == "month":
            return fmt.long_month(self.first)
        return f"{self.short}, {fmt.days(self.first, self.last)}"

    @property
    def short(self) -> str:
        """How people call it in a link."""
        if self.grain == "day":
            return fmt.day(self.first)
        if self.grain == "month":
            return fmt.month(self.first.year, self.first.month)
        return _("Week {week}", week=self.first.isocalendar().week)

    @property
    def before(self) -> Span:
        """The one before it."""
        return span_of(self.grain, self.first - timedelta(days=1))

    @property
    def compared(self) -> list[tuple[str, Span]]:
        """What it is compared with: words and span."""
        if self.grain != "day":
            return [(_(_BEFORE[self.grain]), self.before)]
        week = Span("day", self.first - timedelta(days=7))
        return [
            (_("day before"), self.before),
            (_("{weekday} before", weekday=fmt.weekday(self.first.isoweekday())), week),
        ]


@dataclass(frozen=True)
class AllDays:
    """All days of a site together: what its first page is about."""

    first: date
    last: date
    grain = "all"
    folder = "all"


def span_of(grain: Grain, day: date) -> Span:
    """The day, week or month that a local day is in."""
    if grain == "week":
        return Span(grain, day - timedelta(days=day.weekday()))
    return Span(grain, day.replace(day=1) if grain == "month" else day)


_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def span_named(name: str) -> Span | None:
    """The day, week or month of a name such as 2026-11-21, 2026-W47 or 2026-11; None of others."""
    try:
        if week := _WEEK.fullmatch(name):
            return Span("week", date.fromisocalendar(int(week[1]), int(week[2]), 1))
        if len(name) == len("2026-11"):
            return Span("month", date.fromisoformat(f"{name}-01"))
        return Span("day", date.fromisoformat(name)) if len(name) == len("2026-11-21") else None
    except ValueError:
        return None


def spans_of(days: Sequence[date]) -> dict[Grain, list[Span]]:
    """Every day, week and month with data, in order."""
    return {grain: sorted({span_of(grain, day) for day in days}) for grain in GRAINS}


def history(span: Span, since: Span | None = None) -> list[Span]:
    """The spans that a course up to this one shows, the oldest first; none is before `since`."""
    found = [span]
    while len(found) < HISTORY[span.grain] and (since is None or found[-1].first > since.first):
        found.append(found[-1].before)
    return found[::-1]


def drawn(over: Sequence[Span], weeks: Sequence[Span]) -> list[Span]:
    """The stretches that the course over these is drawn of: of few months, the whole weeks in them.

    `weeks` are those of the site.
    """
    if over[-1].grain != "month" or len(over) >= _FEW_MONTHS:
        return list(over)
    whole = [w for w in weeks if over[0].first <= w.first and w.last <= over[-1].last]
    return whole or list(over)
