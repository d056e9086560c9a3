"""What came to a queue, by local day and quarter hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SLOTS = 96
"""Quarter hours of a local day; of the hour that comes twice both count in the same."""
SLOT_S = 900

Grid = list[list[float]]
"""Day, quarter hour -> a number."""


@dataclass(frozen=True)
class Special:
    """A day whose opening hours are not those of its weekday."""

    is_closed: bool = False
    opens: int = 0
    """The first quarter hour that is open."""
    closes: int = SLOTS
    """Past the last one."""


@dataclass(frozen=True)
class Series:
    """A queue's past, day by day without a gap."""

    first: date
    counts: Grid
    """Contacts that came."""
    handle_s: Grid
    """Seconds of handling that contacts of the quarter hour took."""
    handled: Grid
    """Contacts that these seconds are of."""
    special: Mapping[date, Special] = field(default_factory=dict)
    """Days, past and to come, with hours of their own."""

    @property
    def days(self) -> int:
        """How many days are known."""
        return len(self.counts)

    def day(self, place: int) -> date:
        """The day at a place; places past the end are days to come."""
        return self.first + timedelta(days=place)

    def until(self, days: int) -> Series:
        """The same as it was known after so many days."""
        return Series(
            self.first, self.counts[:days], self.handle_s[:days], self.handled[:days], self.special
        )


def series_of(
    first: date,
    days: int,
    rows: Iterable[tuple[date, int, float, float, float]],
    special: Mapping[date, Special] | None = None,
) -> Series:
    """A series from rows of (day, quarter hour, contacts, seconds of handling, contacts handled).

    Days and quarter hours without a row are 0; rows of other days are left out.
    """
    grids: Sequence[Grid] = [[[0.0] * SLOTS for _ in range(days)] for _ in range(3)]
    for day, slot, *values in rows:
        place = (day - first).days
        if 0 <= place < days:
            for grid, value in zip(grids, values, strict=True):
                grid[place][slot] += value
    return Series(first, *grids, special=special or {})
