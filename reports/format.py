"""Numbers, durations, dates and outside text as people read them; nothing else formats.

Thin spaces keep a number and its unit on one line; a value that is not known is an en dash.
"""

from __future__ import annotations

import shlex
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date, datetime

UNKNOWN = "\u2013"
SPACE = "\u202f"
MINUS = "\u2212"

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(value: float | None) -> str:
    """A count with thousands separated: 1,234."""
    return UNKNOWN if value is None else f"{round(value):,}"


def share(value: float | None, digits: int = 1) -> str:
    """A share given in per cent: 78.5 %."""
    return UNKNOWN if value is None else f"{value:.{digits}f}{SPACE}%"


def seconds(value: float | None) -> str:
    """A wait or handle time in seconds: 4.5 s, 27.0 s, 6:22, 1:06:22."""
    if value is None:
        return UNKNOWN
    if value < 0:
        return MINUS + seconds(-value)
    if value < 59.95:  # noqa: PLR2004  where one decimal rounds to a minute
        return f"{value:.1f}{SPACE}s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def limit(value: float) -> str:
    """A limit that somebody has set, in seconds: 20 s, 1:30."""
    return f"{value:g}{SPACE}s" if value < 60 else seconds(value)  # noqa: PLR2004


def span(value: float | None) -> str:
    """A long time in seconds: 5 h 12 min, 12 min, 40 s."""
    if value is None:
        return UNKNOWN
    minutes = round(value / 60)
    if value < 60:  # noqa: PLR2004
        return f"{round(value)}{SPACE}s"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes}{SPACE}min"
    return f"{hours:,}{SPACE}h" + (f" {minutes}{SPACE}min" if minutes else "")


def value(number: float | None, unit: str) -> str:
    """A metric's value by its unit: count, percent, seconds, per_hour, points, number or money."""
    if unit == "percent":
        return share(number)
    if unit == "seconds":
        return seconds(number)
    if unit == "per_hour":
        return UNKNOWN if number is None else f"{number:.1f}{SPACE}/{SPACE}h"
    if unit == "count" or number is None:
        return count(number)
    if unit == "points":
        return f"{number:+.0f}".replace("-", MINUS)
    return f"{number:,.2f}" if unit == "money" else f"{number:,.1f}"


def number_and_unit(text: str) -> tuple[str, str]:
    """A formatted value in two: the number to set large and the unit to set small."""
    number, space, unit = text.partition(SPACE)
    return number, space + unit


def difference(number: float, unit: str) -> str:
    """The size of a change, without its sign: 6.4 points, 12 s, 1.2 / h, 40."""
    size = abs(number)
    return f"{size:.1f}{SPACE}pts" if unit == "percent" else value(size, unit)


def part(number: Any) -> str:
    """A numerator or denominator: whole when it is whole, else three decimals at most."""
    if number is None:
        return UNKNOWN
    size = float(number)
    return f"{size:,.0f}" if size == round(size) else f"{size:,.3f}".rstrip("0")


def plain_number(number: float) -> str:
    """A number for machines: whole without a point, else all its digits."""
    return str(int(number)) if number == int(number) else repr(number)


def day(value: date) -> str:
    """A day in a line of text: Sat 21 Nov."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def long_day(value: date) -> str:
    """A day in a heading: Saturday 21 November 2026 without the comma of some tongues."""
    return f"{_LONG_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]} {value.year}"


def days(first: date, last: date) -> str:
    """A span of days: 1 to 30 Nov 2026."""
    if first == last:
        return f"{day(first)} {first.year}"
    left = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        left += f" {_MONTHS[first.month - 1]}"
    if first.year != last.year:
        left += f" {first.year}"
    return f"{left} to {last.day} {_MONTHS[last.month - 1]} {last.year}"


def month(year: int, number: int) -> str:
    """A month: Nov 2026."""
    return f"{_MONTHS[number - 1]} {year}"


def long_month(first: date) -> str:
    """A month in a heading: November 2026."""
    return f"{_LONG_MONTHS[first.month - 1]} {first.year}"


def weekday(iso_day: int) -> str:
    """Short name of an ISO weekday, 1 is Monday."""
    return _DAYS[iso_day - 1]


def local(at: datetime, zone: str) -> datetime:
    """A naive UTC instant as aware local time."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def clock(value: datetime) -> str:
    """An instant within a day: 19:45."""
    return f"{value:%H:%M}"


def instant(value: datetime | None) -> str:
    """An instant with its day: Sat 21 Nov 2026, 19:45."""
    return UNKNOWN if value is None else f"{day(value)} {value.year}, {value:%H:%M}"


def plural(number: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 call, 12 calls."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def words(items: list[str], limit: int = 4) -> str:
    """A list as people say it: a, b and c; the rest past `limit` as a number."""
    if len(items) > limit:
        items = [*items[: limit - 1], f"{len(items) - limit + 1} more"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def plotly_text(text: str) -> str:
    """Outside text for a Plotly label, which reads tags and entities: shown, never obeyed."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, length: int = 26) -> str:
    """Text for a narrow place: cut with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def sql_literal(text: str) -> str:
    """Text as a SQL literal, for queries that are shown and never run here."""
    return "'" + text.replace("'", "''") + "'"


def shell_word(text: str) -> str:
    """Text as one word of a shell command, for commands that are shown and never run here."""
    return shlex.quote(text)
