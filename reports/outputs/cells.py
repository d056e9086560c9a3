"""How values look in a workbook: number formats by unit, and the marks of the page."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reports.outputs.text import plain

if TYPE_CHECKING:
    from datetime import date

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_DAY_S = 86_400
_HOUR_S = 3600

_NUMBERS = {
    "percent": "0.0%", "seconds": "[m]:ss.0", "hours": "[h]:mm:ss", "per_hour": '0.0" / h"',
    "points": "+0;-0;0", "count": "#,##0", "money": "#,##0.00", "number": "#,##0.0##",
    "": "#,##0.0##",
}  # fmt: skip
_BELOW_ZERO_S = '#,##0.0" s"'
"""A time below zero has no clock's format: it stays in seconds and says so."""

_SIGNS = {"bad": ("■", "#B3261E"), "warn": ("▲", "#8A5A00")}
_MOST_TEXT = 32_000
"""A cell holds 32,767 characters."""


class Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}

    def number(self, unit: str, *, mood: str = "", faint: bool = False) -> Format:
        """A number; a missed goal has its sign before it, few cases are grey and slanted."""
        key = (unit, mood, faint)
        if key not in self._made:
            form = _NUMBERS.get(unit, unit)
            look: dict[str, Any] = {"num_format": form, "align": "right"}
            if mood in _SIGNS:
                sign, colour = _SIGNS[mood]
                look |= {"num_format": _marked(form, sign), "font_color": colour}
            if faint:
                look |= {"font_color": "#6B7280", "italic": True}
            self._made[key] = self._book.add_format(look)
        return self._made[key]

    @cached_property
    def head(self) -> Format:
        """A heading."""
        return self._book.add_format({
            "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1,
            "bg_color": "#EEF3F9",
        })  # fmt: skip

    @cached_property
    def title(self) -> Format:
        """The name of the centre."""
        return self._book.add_format({"bold": True, "font_size": 16})

    @cached_property
    def label(self) -> Format:
        """What stands before a value."""
        return self._book.add_format({"bold": True, "valign": "top"})

    @cached_property
    def wrapped(self) -> Format:
        """Words over several lines."""
        return self._book.add_format({"text_wrap": True, "valign": "top"})

    @cached_property
    def whole(self) -> Format:
        """A whole number that is a name more than a size."""
        return self._book.add_format({"num_format": "0", "align": "left"})

    @cached_property
    def day(self) -> Format:
        """A local day."""
        return self._book.add_format({"num_format": "ddd d mmm yyyy", "align": "left"})

    @cached_property
    def instant(self) -> Format:
        """A local instant."""
        return self._book.add_format({"num_format": "d mmm yyyy hh:mm", "align": "left"})


def midnight(day: date) -> datetime:
    """A day as workbooks hold it."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  a day has no zone


def _marked(form: str, sign: str) -> str:
    """A format with a sign before the number in each section."""
    return ";".join(f'"{sign} "{part}' for part in form.split(";"))


def put_number(
    sheet: Worksheet, at: tuple[int, int], value: float, unit: str, looks: Looks, **marks: Any
) -> None:
    """A number of a unit: shares as shares of one, times as shares of a day."""
    if unit == "percent":
        value /= 100
    elif unit == "seconds" and value >= 0:
        unit = "seconds" if value < _HOUR_S else "hours"
        value /= _DAY_S
    elif unit == "seconds":
        unit = _BELOW_ZERO_S
    sheet.write_number(*at, value, looks.number(unit, **marks))


def put_text(sheet: Worksheet, at: tuple[int, int], text: str, look: Format | None = None) -> None:
    """Text, never a formula, a link or a number, whatever it begins with."""
    sheet.write_string(*at, plain(text)[:_MOST_TEXT], look)
