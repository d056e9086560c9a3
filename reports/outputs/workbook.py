"""One Excel workbook for a day, week or month: a first sheet that explains, a sheet per table.

Sheets hold the values that the pages round, at full precision, in the pages' order. The key
figures have their parts beside them: interval, goal, numerator, denominator, cases; in the
workbooks of weeks and months a last sheet has them for every number.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from reports.language import N_, _
from reports.outputs.about import about_sheet
from reports.outputs.cells import Looks, midnight, put_number, put_text
from reports.outputs.page_tables import metrics_of, row_day
from reports.outputs.parts import parts_sheet
from reports.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from reports.outputs.page_tables import PageTable, Told
    from reports.pages.frame import Site
    from reports.pages.tables import Cell
    from reports.spans import Span

FIGURES, PARTS = N_("Key figures"), N_("All numbers")
_MOST_NAME = 31
_WIDTH, _NARROWEST, _WIDEST = 13, 18, 44
"""Of columns, in characters."""

_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "nan_inf_to_errors": False, "in_memory": True,
}  # fmt: skip


def write_workbook(
    path: Path, site: Site, span: Span, figures: PageTable, tables: Sequence[PageTable]
) -> None:
    """Write the workbook of a span: its key figures, and all tables of its pages.

    The same tables give the same bytes: the time within is that of the publication.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), dict(_OPTIONS)) as book:
        book.set_properties(_properties(site, span))
        looks = Looks(book)
        about = book.add_worksheet(_("About"))
        parts_sheet(book.add_worksheet(_(FIGURES)), [figures], looks)
        names = sheet_names(tables)
        for table, name in zip(tables, names, strict=True):
            _table_sheet(book.add_worksheet(name), table, looks)
        listed = [(_(FIGURES), _("All"), _("Key figures of the whole centre"))]
        listed += [(n, t.page_title, t.title) for n, t in zip(names, tables, strict=True)]
        if span.grain != "day":
            parts_sheet(book.add_worksheet(_(PARTS)), tables, looks)
            listed.append((_(PARTS), _("All"), _("Every number of these sheets with its parts")))
        metrics = metrics_of([figures, *tables])
        about_sheet(about, site, span, listed, metrics=metrics, looks=looks)


def _properties(site: Site, span: Span) -> dict[str, Any]:
    stamp = site.stamp
    return {
        "title": plain(f"{site.name}: {span.title}"),
        "comments": _(
            "Publication {publication_id}, callmart {code_version}",
            publication_id=stamp.publication_id,
            code_version=stamp.code_version,
        ),
        "created": stamp.published_at.replace(tzinfo=None),
    }


def sheet_names(tables: Sequence[PageTable]) -> list[str]:
    """A name for each table that Excel takes: short, without its signs, each once."""
    taken = {name.lower() for name in (_("About"), "history", _(FIGURES), _(PARTS))}
    found = []
    for table in tables:
        whole = re.sub(r"[\[\]:*?/\\']", " ", f"{table.page_title} - {table.title}")
        name, count = whole[:_MOST_NAME].strip(), 1
        while name.lower() in taken:
            count += 1
            name = f"{whole[: _MOST_NAME - 3].strip()} {count}"
        taken.add(name.lower())
        found.append(name)
    return found


def _table_sheet(sheet: Worksheet, table: PageTable, looks: Looks) -> None:
    """The table as on the page: its rows, and the columns that hold words or numbers."""
    found = table.told
    columns = dict.fromkeys((j, one.label) for _i, j, one in sorted(found, key=itemgetter(1)))
    place = {column: at for at, column in enumerate(columns, 1)}
    heads = [table.columns[0].label, *(label for _place, label in columns)]
    for at, label in enumerate(heads):
        put_text(sheet, (0, at), label, looks.head)
    for i, row in enumerate(table.rows, 1):
        day = row_day(row)
        if day:
            sheet.write_datetime(i, 0, midnight(day), looks.day)
        else:
            put_text(sheet, (i, 0), row[0].text)
    for i, j, one in found:
        put(sheet, (i + 1, place[j, one.label]), one, table.rows[i][j], looks)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(heads) - 1)
    sheet.set_column(0, 0, _name_width(table))
    sheet.set_column(1, len(heads), _WIDTH)
    for (j, label), at in place.items():
        if table.columns[j].left and not table.rows[0][j].parts:
            sheet.set_column(at, at, max(_WIDTH, len(label) + 4, *_lengths(table, j)))


def put(sheet: Worksheet, at: tuple[int, int], one: Told, cell: Cell, looks: Looks) -> None:
    """One thing that a row says, as text or as a number with the marks of the page."""
    if one.text is not None:
        put_text(sheet, at, one.text)
    elif one.value is not None:
        is_small = one.number is not None and one.number.is_small
        put_number(sheet, at, one.value, one.unit, looks, mood=cell.mood, faint=is_small)


def _name_width(table: PageTable) -> int:
    return max(_NARROWEST, *_lengths(table, 0))


def _lengths(table: PageTable, column: int) -> Iterator[int]:
    return (min(len(row[column].text) + 2, _WIDEST) for row in table.rows)
