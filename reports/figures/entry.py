"""Entries of the table under a chart: text as people read it, which knows its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import format as fmt
from reports.spans import Span

if TYPE_CHECKING:
    from datetime import date


class Entry(str):
    """What a reader sees, with what a file holds.

    Attributes:
        value: The number at full precision; None of what is none or is not known.
        ends: Lower and upper end, of a range.
        unit: As those of metrics.
        span: The day, week or month that a row is about.
    """

    value: float | None
    ends: tuple[float, float] | None
    unit: str
    span: Span | None

    def __new__(
        cls,
        text: str,
        value: float | None = None,
        unit: str = "",
        *,
        ends: tuple[float, float] | None = None,
        span: Span | None = None,
    ) -> Entry:
        """A text with its number, its range or its time."""
        made = super().__new__(cls, text)
        made.value = None if value is None else float(value)
        made.unit, made.ends, made.span = unit, ends, span
        return made


def day(value: date) -> Entry:
    """A day that a row is about."""
    return Entry(fmt.day(value), span=Span("day", value))


def count(value: float | None) -> Entry:
    """A count."""
    return Entry(fmt.count(value), value, "count")


def share(value: float | None, digits: int = 1) -> Entry:
    """A share given in per cent."""
    return Entry(fmt.share(value, digits), value, "percent")


def seconds(value: float | None) -> Entry:
    """A wait or handle time."""
    return Entry(fmt.seconds(value), value, "seconds")


def hours(value: float) -> Entry:
    """Hours of agents, with one decimal; files hold seconds."""
    return Entry(fmt.number(value, 1), 3600 * value, "seconds")


def number(value: float) -> Entry:
    """Any other number, with one decimal."""
    return Entry(fmt.number(value, 1), value, "number")


def short(value: float) -> Entry:
    """Any other number, with no more digits than it needs."""
    return Entry(fmt.short(value), value, "number")


def part(value: float | None) -> Entry:
    """A numerator or denominator."""
    return Entry(fmt.part(value), value, "number")


def unknown() -> Entry:
    """What is not known."""
    return Entry(fmt.UNKNOWN)


def of_unit(value: float | None, unit: str) -> Entry:
    """A metric's value, or what is read like one."""
    return Entry(fmt.value(value, unit), value, unit)


def between(low: Entry, high: Entry) -> Entry:
    """A range; of ends that are not known, none."""
    if low.value is None or high.value is None:
        return Entry("")
    return Entry(fmt.to(low, high), ends=(low.value, high.value), unit=low.unit)
