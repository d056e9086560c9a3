"""The few statistics a page needs beside the warehouse's own: of whole periods and of changes."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Z95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""

OF_MEDIAN_MOVE = Z95 / 0.6744897501960817
"""Within this many times the median distance lie 95 % of distances that are normal."""

FEWEST_MOVES = 8
"""Fewer earlier moves do not tell what is usual."""

NEAR = 0.05
"""A goal missed by no more than this share of itself counts as near."""


def wilson(hits: float, cases: float) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a share, in per cent; None without cases."""
    if cases <= 0:
        return None
    p, z2 = hits / cases, Z95 * Z95
    centre = p + z2 / (2 * cases)
    half = Z95 * math.sqrt(max(0.0, p * (1 - p) / cases + z2 / (4 * cases * cases)))
    scale = 100 / (1 + z2 / cases)
    return max(0.0, (centre - half) * scale), min(100.0, (centre + half) * scale)


def mean_interval(
    total: float, cases: float, squares: float, *, scale: float = 1
) -> tuple[float, float] | None:
    """95 % interval of a mean from its sums (normal limits) times `scale`; None below two cases."""
    if cases < 2:  # noqa: PLR2004
        return None
    low, high = _normal(total, cases, squares)
    return max(0.0, scale * low), scale * high


def _normal(total: float, cases: float, squares: float) -> tuple[float, float]:
    mean = total / cases
    variance = max(0.0, (squares - total * total / cases) / (cases - 1))
    half = Z95 * math.sqrt(variance / cases)
    return mean - half, mean + half


def net_interval(net: float, cases: float, told: float) -> tuple[float, float] | None:
    """95 % interval of a net promoter score, in points (normal limits); None below two cases.

    Args:
        net: promoters less detractors.
        cases: all who answered.
        told: promoters and detractors together.
    """
    if cases < 2:  # noqa: PLR2004
        return None
    # Every case is 1, 0 or -1.
    low, high = _normal(net, cases, told)
    return max(-100.0, 100 * low), min(100.0, 100 * high)


def is_clear(
    new: tuple[float, float, float] | None, old: tuple[float, float, float] | None
) -> bool | None:
    """Whether a change is more than chance: (value, low, high) before and after, at 95 %.

    Newcombe's combination of two intervals; None when an interval is not known.
    """
    if new is None or old is None:
        return None
    gap = new[0] - old[0]
    below = math.hypot(new[0] - new[1], old[2] - old[0])
    above = math.hypot(new[2] - new[0], old[0] - old[1])
    return gap - below > 0 or gap + above < 0


def usual_move(values: Sequence[float | None], back: int) -> float | None:
    """How far a value may lie from the one `back` places before it, by its own course: 95 % do.

    From the median distance of earlier values, which neither an outage nor a change of level
    widens, and 2 / n more for their small number, found by simulation. None of fewer than eight
    distances, where most are none, and where the other value is not in the course.

    Args:
        values: the course, the value that is judged last.
        back: how many places before it the other one is; 0 where it is not in the course.
    """
    if not back:
        return None
    moves = [
        abs(new - old)
        for new, old in zip(values[back:-1], values[: -1 - back], strict=True)
        if new is not None and old is not None
    ]
    middle = median(moves) if len(moves) >= FEWEST_MOVES else 0
    return OF_MEDIAN_MOVE * (1 + 2 / len(moves)) * middle if middle else None


def status(value: float | None, goal: float | None, direction: str) -> str:
    """met, near, missed, or none without a value, a goal or a good direction."""
    if value is None or goal is None or direction not in ("higher", "lower"):
        return "none"
    gap = (value - goal) if direction == "higher" else (goal - value)
    if gap >= 0:
        return "met"
    return "near" if -gap <= NEAR * abs(goal) else "missed"
