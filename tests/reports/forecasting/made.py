"""Pasts made by hand: a centre whose level, weekdays and course are known."""

import random
from datetime import date
from math import exp, pi, sin

from reports.forecasting.series import SLOTS, Series

MONDAY = date(2026, 1, 5)
WEEK = (1.2, 1.1, 1.05, 1.0, 1.05, 0.6, 0.0)
"""Sundays are closed."""
OPEN = range(32, 80)
HANDLE_S = 240.0


def course(slot: int) -> float:
    """Share of the day, two hours of which are the busiest."""
    return (1 + 0.6 * sin(pi * (slot - OPEN.start) / len(OPEN))) / 66.32 if slot in OPEN else 0.0


def poisson(draw: random.Random, mean: float) -> int:
    """A count: Knuth's way, in pieces for large means."""
    count = 0
    while mean > 0:
        piece, mean = min(mean, 30.0), mean - min(mean, 30.0)
        limit, product = exp(-piece), draw.random()
        while product > limit:
            count += 1
            product *= draw.random()
    return count


def past(
    days: int, *, level: float = 600.0, growth: float = 0.0, drift: float = 0.0, seed: int = 1
) -> Series:
    """A past of Poisson counts.

    Args:
        days: how long.
        level: contacts of a mean day.
        growth: share by which the level grows each day.
        drift: standard deviation of a day's own share, beyond chance.
        seed: of chance.
    """
    draw = random.Random(seed)  # noqa: S311
    counts, seconds = [], []
    for day in range(days):
        own = level * (1 + growth * day) * WEEK[day % 7] * exp(draw.gauss(0, drift))
        counts.append([float(poisson(draw, own * course(slot))) for slot in range(SLOTS)])
        seconds.append([HANDLE_S * n for n in counts[-1]])
    return Series(MONDAY, counts, seconds, [list(day) for day in counts])
