"""Sheets of numbers with what each is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.language import N_, _
from reports.outputs.cells import put_number, put_text
from reports.outputs.page_tables import row_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from xlsxwriter.worksheet import Worksheet

    from reports.outputs.cells import Looks
    from reports.outputs.page_tables import PageTable
    from reports.pages.tables import Cell
    from reports.records import Number

_HEADS = (
    (N_("Table"), 24),
    (N_("Row"), 26),
    (N_("Metric"), 26),
    (N_("Value"), 12),
    (N_("Low (95 %)"), 12),
    (N_("High (95 %)"), 12),
    (N_("Goal"), 10),
    (N_("Numerator"), 13),
    (N_("Denominator"), 13),
    (N_("Cases"), 10),
    (N_("State"), 9),
    (N_("Too few cases"), 9),
    (N_("Provisional"), 11),
    (N_("Known share"), 9),
)
"""Headings and widths in characters."""
_STATES = {"met": N_("met"), "near": N_("near"), "missed": N_("missed")}
_VALUES, _COUNTS, _FLAGS = 3, 7, 10


def parts_sheet(sheet: Worksheet, tables: Sequence[PageTable], looks: Looks) -> None:
    """A row for each number of the tables, each once; flags are empty where they do not hold."""
    for at, (head, width) in enumerate(_HEADS):
        put_text(sheet, (0, at), _(head), looks.head)
        sheet.set_column(at, at, width)
    row = 0
    seen: set[tuple[str, str, str, date | None]] = set()
    for table in tables:
        for i, _column, one in table.told:
            number, day = one.number, row_day(table.rows[i])
            if number is None or number.value is None:
                continue
            key = (number.metric.ref, number.scope_kind, number.scope_id, day)
            if key not in seen:
                seen.add(key)
                row += 1
                words = (f"{table.page_title} - {table.title}", _named(number, table.rows[i]))
                _row(sheet, row, words, number, looks)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, row, len(_HEADS) - 1)


def _named(number: Number, row: Sequence[Cell]) -> str:
    """Whose number it is; a key figure's row is called after its metric."""
    is_figure = number.scope_kind == "all" and row_day(row) is None
    return _("the whole centre") if is_figure else row[0].text


def _row(sheet: Worksheet, row: int, words: tuple[str, str], number: Number, looks: Looks) -> None:
    unit = number.metric.unit
    for at, text in enumerate((*words, number.metric.name)):
        put_text(sheet, (row, at), text)
    for at, value in enumerate((number.value, number.low, number.high, number.goal), _VALUES):
        if value is not None:
            put_number(sheet, (row, at), value, unit, looks)
    for at, value in enumerate((number.numerator, number.denominator, number.n), _COUNTS):
        if value is not None:
            sheet.write_number(row, at, value)
    if number.status != "none":
        sheet.write_string(row, _FLAGS, _(_STATES[number.status]))
    for at, holds in enumerate((number.is_small, number.is_provisional), _FLAGS + 1):
        if holds:
            sheet.write_boolean(row, at, True)
    if number.coverage is not None and number.coverage < 1:
        put_number(sheet, (row, _FLAGS + 3), 100 * number.coverage, "percent", looks)
