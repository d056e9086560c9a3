"""Numbers, durations, dates and outside text as people read them; nothing else formats.

Signs and names are those of the language spoken, which Babel reads from CLDR; units keep their
international symbols.

Thin spaces keep a number and its unit on one line; a value that is not known is an en dash.
"""

from __future__ import annotations

import shlex
import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reports.language import _, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

_HOURS_OF_DAY = 24

UNKNOWN = "\u2013"
SPACE = "\u202f"
MINUS = "\u2212"


def alphabetical(text: str) -> tuple[str, str]:
    """What a list by name is sorted by: Á stands beside A, and capitals beside small letters."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold(), text


def count(value: float | None) -> str:
    """A count with thousands separated: 1,234."""
    return UNKNOWN if value is None else _signed(f"{round(value):,}")


def number(value: float, digits: int) -> str:
    """A number with so many digits after the decimal sign: 1,234.5; nothing has no minus."""
    return _signed(f"{value:z,.{digits}f}")


def _signed(text: str) -> str:
    """A number that Python wrote, with the signs of the language and a minus that can be seen."""
    return spoken().number(text).replace("-", MINUS)


def short(value: float) -> str:
    """A number with no more digits than it needs: 2.5, 20."""
    return spoken().number(f"{value:g}")


def share(value: float | None, digits: int = 1) -> str:
    """A share given in per cent: 78.5 %."""
    return UNKNOWN if value is None else _signed(f"{value:z.{digits}f}{SPACE}%")


def seconds(value: float | None) -> str:
    """A wait or handle time in seconds: 4.5 s, 27.0 s, 6:22, 1:06:22, 5 d 04:31."""
    if value is None:
        return UNKNOWN
    if value <= -0.05:  # noqa: PLR2004  less is nothing, with one decimal
        return MINUS + seconds(-value)
    if value < 59.95:  # noqa: PLR2004  where one decimal rounds to a minute
        return spoken().number(f"{value:z.1f}{SPACE}s")
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours < _HOURS_OF_DAY:
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    days, hours = divmod(hours, _HOURS_OF_DAY)
    return f"{count(days)}{SPACE}d{SPACE}{hours:02d}:{minutes:02d}"


def limit(value: float) -> str:
    """A limit that somebody has set, in seconds: 20 s, 1:30."""
    return spoken().number(f"{value:g}{SPACE}s") if value < 60 else seconds(value)  # noqa: PLR2004


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
    return f"{count(hours)}{SPACE}h" + (f" {minutes}{SPACE}min" if minutes else "")


def value(number: float | None, unit: str) -> str:
    """A metric's value by its unit: count, percent, seconds, per_hour, points, number or money."""
    if unit == "percent":
        return share(number)
    if unit == "seconds":
        return seconds(number)
    if unit == "per_hour":
        return UNKNOWN if number is None else _signed(f"{number:z.1f}{SPACE}/{SPACE}h")
    if unit == "count" or number is None:
        return count(number)
    if unit == "points":
        return f"{number:+.0f}".replace("-", MINUS)
    return _signed(f"{number:z,.2f}" if unit == "money" else f"{number:z,.1f}")


def number_and_unit(text: str) -> tuple[str, str]:
    """A formatted value in two: the number to set large and the unit to set small.

    Days with hours after them are one number.
    """
    number, space, unit = text.partition(SPACE)
    return (text, "") if any(map(str.isdigit, unit)) else (number, space + unit)


def difference(number: float, unit: str) -> str:
    """The size of a change, without its sign: 6.4 pts, 12 s, 1.2 / h, 40."""
    size = abs(number)
    if unit in ("percent", "points"):
        text = f"{size:.{1 if unit == 'percent' else 0}f}"
        return spoken().number(f"{text}{SPACE}") + _("pts")
    return value(size, unit)


def part(number: Any) -> str:
    """A numerator or denominator: whole when it is whole, else three decimals at most."""
    if number is None:
        return UNKNOWN
    size = float(number)
    text = f"{size:,.0f}" if size == round(size) else f"{size:,.3f}".rstrip("0")
    return spoken().number(text)


def plain_number(number: float) -> str:
    """A number for machines: whole without a point, else all its digits."""
    return str(int(number)) if number == int(number) else repr(number)


def day(value: date) -> str:
    """A day in a line of text: Sat 21 Nov."""
    weekday, month = spoken().days[value.weekday()], spoken().months[value.month - 1]
    return _("{weekday} {day} {month}", weekday=weekday, day=value.day, month=month)


def day_among(value: date, days: Iterable[date]) -> str:
    """A day in a line of text, with its year where those days are of several: Sat 21 Nov 2026."""
    return day(value) + (f" {value.year}" if len({d.year for d in days}) > 1 else "")


def long_day(value: date) -> str:
    """A day in a heading: Saturday 21 Nov 2026 without the comma of some tongues."""
    weekday, month = spoken().long_days[value.weekday()], spoken().months[value.month - 1]
    return _("{weekday} {day} {month}", weekday=weekday, day=value.day, month=month) + (
        f" {value.year}"
    )


def day_of_year(value: date) -> str:
    """A day without its weekday: 21 Nov."""
    return _("{day} {month}", day=value.day, month=spoken().months[value.month - 1])


def days(first: date, last: date) -> str:
    """A span of days: 1 to 30 Nov 2026."""
    if first == last:
        return f"{day(first)} {first.year}"
    end = f"{day_of_year(last)} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return _("{day} to {end}", day=first.day, end=end)
    begin = day_of_year(first) + (f" {first.year}" if first.year != last.year else "")
    return to(begin, end)


def to(low: str, high: str) -> str:
    """A range of anything written: 20 to 30."""
    return _("{low} to {high}", low=low, high=high)


def values(low: float, high: float, unit: str) -> str:
    """A range of a metric's values, its unit said once: 62.1 to 81.4 %; 55.0 s to 1:10."""
    texts = [value(end, unit) for end in (low, high)]
    (number, of_low), (_number, of_high) = (number_and_unit(text) for text in texts)
    return to(number if of_low == of_high else texts[0], texts[1])


def month(year: int, number: int) -> str:
    """A month: Nov 2026."""
    return f"{spoken().months[number - 1]} {year}"


def long_month(first: date) -> str:
    """A month in a heading: November 2026."""
    return f"{spoken().long_months[first.month - 1]} {first.year}"


def weekday(iso_day: int) -> str:
    """Short name of an ISO weekday, 1 is Monday."""
    return spoken().days[iso_day - 1]


def local(at: datetime, zone: str) -> datetime:
    """A naive UTC instant as aware local time."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def clock(value: datetime) -> str:
    """An instant within a day: 19:45."""
    return f"{value:%H:%M}"


def instant(value: datetime | None) -> str:
    """An instant with its day: Sat 21 Nov 2026, 19:45."""
    return UNKNOWN if value is None else f"{day(value)} {value.year}, {value:%H:%M}"


def words(items: list[str], limit: int = 4) -> str:
    """A list as people say it: a, b and c; the rest past `limit` as a number."""
    if len(items) > limit:
        items = [*items[: limit - 1], _("{n} more", n=len(items) - limit + 1)]
    if len(items) == 1:
        return items[0]
    return _("{items} and {last}", items=", ".join(items[:-1]), last=items[-1])


def capital(text: str) -> str:
    """A text that begins with a capital, as a heading does; its other letters stay."""
    return text[:1].upper() + text[1:]


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
