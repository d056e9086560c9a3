"""Which stretches of days to rebuild, given which days are dirty."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from pipelines.sql_models import Window

_BRIDGE = timedelta(days=3)
_MOST = 24


def windows_of(days: Iterable[date]) -> list[Window]:
    """Few contiguous windows that cover the days, in order.

    Each window costs one pass over every model: days up to three apart share one, and beyond
    24 windows the nearest are joined.
    """
    windows: list[Window] = []
    for day in sorted(set(days)):
        if windows and day - windows[-1].to_date <= _BRIDGE:
            windows[-1] = Window(windows[-1].from_date, day)
        else:
            windows.append(Window(day, day))
    while len(windows) > _MOST:
        gaps = [b.from_date - a.to_date for a, b in pairwise(windows)]
        at = gaps.index(min(gaps))
        windows[at : at + 2] = [Window(windows[at].from_date, windows[at + 1].to_date)]
    return windows


def with_neighbours(days: Iterable[date]) -> set[date]:
    """The days and those beside them: what a centre in another zone calls the same hours."""
    return {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
