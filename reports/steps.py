"""How fine the charts of a day are: no more bins or bars than can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_BINS_S = (60, 120, 300, 900, 1800, 3600)
_MOST_BINS = 50
_WAIT_STEPS_MS = (500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 300_000)
MOST_WAIT_STEPS = 30


def bin_seconds(first: datetime, last: datetime) -> int:
    """The shortest bin of which a stretch of time has no more than 50."""
    length = (last - first).total_seconds()
    return next((b for b in _BINS_S if length / b <= _MOST_BINS), _BINS_S[-1])


def wait_step_ms(longest_shown_s: float) -> int:
    """Width of a bar of the histogram of waits that ends near `longest_shown_s`."""
    return next(
        (s for s in _WAIT_STEPS_MS if longest_shown_s * 1000 / s <= MOST_WAIT_STEPS),
        _WAIT_STEPS_MS[-1],
    )
