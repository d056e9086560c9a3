"""The tables of a page as data, found in what its template is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reports.figures.base import Chart
from reports.figures.entry import Entry
from reports.language import N_, _
from reports.pages.tables import Cell, Column, with_goal
from reports.spans import AllDays, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from reports.pages.tables import Card
    from reports.records import Metric, Number

OVERVIEW = "overview"
_NAMED = {"queue_table": ("queues", N_("Queues")), "agent_table": ("agents", N_("Agents")),
          "days": ("days", N_("Days"))}  # fmt: skip
"""Tables of the overview: place in the context -> file name and heading."""


@dataclass(frozen=True)
class PageTable:
    """A table of a page: its headings and the cells that the page shows."""

    page: str
    """Identifier of the page's subject, or `overview`; empty where it is of all pages."""
    page_title: str
    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    @property
    def name(self) -> str:
        """How its files are called, without their ending: service-by-queue."""
        return f"{self.page}-{self.id}" if self.page else self.id

    @cached_property
    def told(self) -> list[tuple[int, int, Told]]:
        """All that the rows say beside their names: row, column, what is told."""
        return [
            (i, j, one)
            for i, row in enumerate(self.rows)
            for j, cell in enumerate(row)
            if j
            for one in _told(self.columns[j], cell)
        ]


@dataclass(frozen=True)
class Told:
    """One thing that a row says: a metric's number, a plain number with a unit, or a word."""

    label: str
    number: Number | None = None
    value: float | None = None
    unit: str = ""
    text: str | None = None


def of_page(context: Mapping[str, Any]) -> list[PageTable]:
    """Every table of a page, in the order of what its template is given.

    A table is a pair of headings and rows under a name of `_NAMED`, or a mapping with `id`,
    `title`, `columns` and `rows` in any list of the context; and that of a comparison.
    """
    page = _page(context)
    found: list[PageTable] = []
    for place, value in context.items():
        if place in _NAMED:
            found.append(PageTable(*page, _NAMED[place][0], _(_NAMED[place][1]), *value))
        elif isinstance(value, list):
            found += [
                PageTable(*page, one["id"], one["title"], one["columns"], one["rows"])
                for one in value
                if isinstance(one, dict) and {"id", "title", "columns", "rows"} <= one.keys()
            ]
    if held := context.get("comparison"):
        found.append(PageTable(*page, "same-mix", held.title, held.columns, held.rows))
    return [table for table in found if table.rows]


def _page(context: Mapping[str, Any]) -> tuple[str, str]:
    """Identifier and title of a page's subject."""
    topic = context.get("topic")
    return (topic.id, _(topic.title)) if topic else (OVERVIEW, _("Overview"))


def of_charts(context: Mapping[str, Any]) -> dict[str, PageTable]:
    """The numbers of each chart of a page as a table, by the chart's identifier."""
    page = _page(context)
    return {
        chart.id: PageTable(*page, f"chart-{chart.id}", chart.title, *_of_chart(chart))
        for chart in context.get("charts", ())
        if isinstance(chart, Chart) and chart.rows
    }


def _of_chart(chart: Chart) -> tuple[list[Column], list[list[Cell]]]:
    """Headings and cells of the table under a chart."""
    columns = [Column(label, left=True) for label in chart.head]
    return columns, [[Cell(text, left=True) for text in row] for row in chart.rows]


def key_figures(pages: Sequence[Mapping[str, Any]]) -> PageTable:
    """The key figures of a span's pages as a table, each once."""
    cards: dict[str, Card] = {}
    for context in pages:
        for card in (*context.get("cards", ()), *context.get("more_cards", ())):
            cards.setdefault(card.number.metric.ref, card)
    columns = [Column(_("Key figure"), left=True), Column(_("Value"))]
    rows = [[Cell(c.number.metric.name, left=True), with_goal(c.number)] for c in cards.values()]
    return PageTable("", _("All"), "key-figures", _("Key figures"), columns, rows)


def row_day(row: Sequence[Cell]) -> date | None:
    """The day that a row is about, where rows are days."""
    return row[0].day


def row_span(row: Sequence[Cell], page: Span | AllDays) -> Span | AllDays:
    """The day, week or month that a row of a page is about: the page's, unless it says another."""
    name, day = row[0].text, row_day(row)
    if isinstance(name, Entry) and name.span:
        return name.span
    return Span("day", day) if day else page


def _told(column: Column, cell: Cell) -> Iterator[Told]:
    number = number_of(cell)
    if number is not None:
        yield Told(column.label, number=number, value=number.value, unit=number.metric.unit)
    elif cell.parts:
        for label, seconds in cell.parts:
            yield Told(f"{column.label}: {label}", value=seconds, unit="seconds")
    elif cell.bar is not None or cell.picture or cell.state:
        return
    elif isinstance(cell.text, Entry):
        yield from _entered(column.label, cell.text)
    elif cell.text and column.left:
        yield Told(column.label, text=cell.text)
    elif isinstance(cell.sort, int | float):
        yield Told(column.label, value=float(cell.sort), unit=column.unit)


def _entered(label: str, entry: Entry) -> Iterator[Told]:
    if entry.ends is not None:
        for text, end in zip((N_("{label}, from"), N_("{label}, to")), entry.ends, strict=True):
            yield Told(_(text, label=label), value=end, unit=entry.unit)
    elif entry.value is not None:
        yield Told(label, value=entry.value, unit=entry.unit)


def number_of(cell: Cell) -> Number | None:
    """The number that a cell shows, whether or not the page lets people ask about it."""
    return cell.number or cell.shown


def metrics_of(tables: Sequence[PageTable]) -> list[Metric]:
    """Every metric that the tables show, by name."""
    found = {
        number.metric.ref: number.metric
        for table in tables
        for row in table.rows
        for cell in row
        if (number := number_of(cell)) is not None
    }
    return sorted(found.values(), key=lambda m: (m.name, m.version))
