"""The first sheet of a workbook: whose numbers these are, of when, and what they mean."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reports import format as fmt
from reports.language import N_, _
from reports.outputs.cells import midnight, put_number, put_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from reports.outputs.cells import Looks
    from reports.pages.frame import Site
    from reports.records import Metric
    from reports.spans import Span

_HOW_TO_READ = N_(
    "Values are not rounded: a cell shows less than it holds. Shares are shares "
    "of one with a format of per cent, times are days with a format of minutes "
    "or hours. Grey and slanted: too few cases to rely on. ■ misses its goal, ▲ "
    "is near it. The key figures have interval, goal, numerator, denominator and "
    "cases beside them; every number has them in the CSV and Parquet files, and "
    "in the last sheet of a week's or month's workbook."
)
_DEFINED = (
    (N_("Metric"), 30),
    (N_("Reference"), 30),
    (N_("What it says"), 70),
    (N_("Counted as"), 60),
    (N_("Unit"), 10),
    (N_("Goal"), 10),
    (N_("Fewest cases"), 12),
    (N_("Source"), 40),
)
_GOAL = 5


def about_sheet(
    sheet: Worksheet,
    site: Site,
    span: Span,
    sheets: Sequence[tuple[str, str, str]],
    *,
    metrics: Sequence[Metric],
    looks: Looks,
) -> None:
    """Fill the first sheet; `sheets` are the names of the others with page and heading."""
    for at, (_head, width) in enumerate(_DEFINED):
        sheet.set_column(at, at, width)
    put_text(sheet, (0, 0), site.name, looks.title)
    row = _facts(sheet, site, span, looks)
    put_text(sheet, (row, 0), _("How to read it"), looks.label)
    sheet.merge_range(row, 1, row, 3, "", looks.wrapped)
    put_text(sheet, (row, 1), _(_HOW_TO_READ), looks.wrapped)
    sheet.set_row(row, 48)
    row = _contents(sheet, row + 2, sheets, looks)
    _definitions(sheet, row + 1, metrics, looks)
    sheet.hide_gridlines(2)


def _facts(sheet: Worksheet, site: Site, span: Span, looks: Looks) -> int:
    stamp = site.stamp
    days = [day for day in site.days if span.first <= day <= span.last]
    facts: tuple[tuple[str, str | int | datetime | None, Format | None], ...] = (
        (_("Period"), span.title, None),
        (_("First day"), midnight(span.first), looks.day),
        (_("Last day"), midnight(span.last), looks.day),
        (_("Days with data"), len(days), looks.whole),
        (_("Publication"), stamp.publication_id, looks.whole),
        (_("Published"), stamp.published_at, looks.instant),
        (_("Data up to"), stamp.data_up_to, looks.instant),
        (_("Time zone"), stamp.zone, None),
        (_("Run"), stamp.run_id, None),
        ("callmart", stamp.code_version, None),
    )
    for row, (label, value, look) in enumerate(facts, 2):
        put_text(sheet, (row, 0), label, looks.label)
        if isinstance(value, datetime):
            # Workbooks know no zones: the local time stands here, and its zone below.
            sheet.write_datetime(row, 1, value.replace(tzinfo=None), look)
        elif isinstance(value, int):
            sheet.write_number(row, 1, value, look)
        else:
            put_text(sheet, (row, 1), value or fmt.UNKNOWN)
    return 2 + len(facts)


def _contents(
    sheet: Worksheet, row: int, sheets: Sequence[tuple[str, str, str]], looks: Looks
) -> int:
    for at, head in enumerate((_("Sheet"), _("Page"), _("Table"))):
        put_text(sheet, (row, at), head, looks.head)
    for row_, (name, page, title) in enumerate(sheets, row + 1):
        sheet.write_url(row_, 0, f"internal:'{name}'!A1", string=name)
        put_text(sheet, (row_, 1), page)
        put_text(sheet, (row_, 2), title)
    return row + 1 + len(sheets)


def _definitions(sheet: Worksheet, row: int, metrics: Sequence[Metric], looks: Looks) -> None:
    for at, (head, _width) in enumerate(_DEFINED):
        put_text(sheet, (row, at), _(head), looks.head)
    for row_, metric in enumerate(metrics, row + 1):
        words = (
            metric.name, metric.ref, metric.description, metric.formula, metric.unit, "", "",
            metric.source,
        )  # fmt: skip
        for at, text in enumerate(words):
            if text:
                put_text(sheet, (row_, at), text, looks.wrapped)
        if metric.goal is not None:
            put_number(sheet, (row_, _GOAL), metric.goal, metric.unit, looks)
        if metric.min_n:
            sheet.write_number(row_, _GOAL + 1, metric.min_n)
