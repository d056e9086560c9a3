"""Which stretches of days to rebuild, given which days are dirty."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from pipelines.sql_models import SqlModel, Window

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


def reach_of(model: SqlModel, models: Iterable[SqlModel]) -> tuple[int, int]:
    """Days before and after a changed day whose rows of a model may change with it.

    What is made of a model that reaches further changes as far.
    """
    by_name = {m.relation: m for m in models}
    before = after = 0
    waiting, seen = [model.relation], set()
    while waiting:
        relation = waiting.pop()
        found = by_name.get(relation)
        if found is None or relation in seen:
            continue
        seen.add(relation)
        before = max(before, found.header.reach.before)
        after = max(after, found.header.reach.after)
        waiting += found.reads
    return before, after


def widened(windows: Iterable[Window], before: int, after: int) -> list[Window]:
    """Windows that reach so many days further, joined where they meet."""
    if not before and not after:
        return list(windows)
    joined: list[Window] = []
    for window in windows:
        first = window.from_date - timedelta(days=before)
        last = window.to_date + timedelta(days=after)
        if joined and first <= joined[-1].to_date + timedelta(days=1):
            joined[-1] = Window(joined[-1].from_date, max(last, joined[-1].to_date))
        else:
            joined.append(Window(first, last))
    return joined
