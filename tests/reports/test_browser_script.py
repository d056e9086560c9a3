"""What the script of a page writes is what the pages' own code writes."""

import random
from collections import Counter
from dataclasses import asdict
from itertools import product

import pytest

from reports import estimates
from reports import format as fmt
from reports.figures.course import Point
from reports.pages import tables
from reports.records import Metric, Number
from tests.reports.browsing import visit
from tests.reports.made import metric

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNITS = ("percent", "seconds", "per_hour", "count", "points", "number", "money")
NUMBERS = (0, 0.049, -0.04, 4.55, 59.94, 59.96, 61.2, -3.2, -8000.27, 3725.4, 86_399.6, 99_999.6,
           1e6 / 0.81)  # fmt: skip
TOLD = [
    (number, unit)
    for unit, number in product(UNITS, NUMBERS)
    if unit != "count" or number == round(number)
]
VALUES = "all => all.map((one) => callmart.value(...one))"
"""What a page's script writes for numbers and units."""


CHANGES = """all => all.map(({ points, metric }) =>
    callmart.change([, , , , , , points], metric, "the week before", 1))"""
"""How a page's script tells the last move of a course."""


def _course(chance: random.Random) -> tuple[Metric, list[Point | None]]:
    """A metric and 13 points of it; half of them have ranges, some are gaps or rest on few."""
    about = metric(unit=chance.choice(UNITS), direction=chance.choice(("higher", "lower", "")))
    level, noise, has_range = chance.choice((5.0, 60.0, 700.0)), chance.random(), chance.random()
    points: list[Point | None] = []
    for _ in range(13):
        value = level + chance.gauss(0, noise)
        half = 2 * noise * chance.random()
        ends = [value - half, value + half] if has_range > 0.5 else [None, None]
        few = [1.0] if chance.random() < 0.05 else []
        points.append([value, *ends, *few] if chance.random() > 0.05 else None)
    return about, points


def _change(about: Metric, points: list[Point | None]) -> tuple[str, str, str] | None:
    """The same, told by the pages' own code."""
    old, new = (
        Number(
            about, "all", "all", p[0] if p else None, low=p[1] if p else None,
            high=p[2] if p else None, is_small=bool(p and len(p) > 3),
        )
        for p in points[-2:]
    )  # fmt: skip
    usual = estimates.usual_move([p[0] if p else None for p in points], 1)
    found = tables.change(new, old, "the week before", usual=usual)
    return (found.text, found.mood, found.title) if found else None


def test_the_script_writes_numbers_and_changes_as_the_pages_do(one_window, site):
    visitor, page = visit(one_window, site.index.parent)
    visitor.go(page, "days/2026-10-28/service.html")
    assert page.evaluate(VALUES, TOLD) == [fmt.value(*one) for one in TOLD]
    courses = [_course(random.Random(seed)) for seed in range(400)]  # noqa: S311
    asked = [{"points": points, "metric": asdict(about)} for about, points in courses]
    judged = [_change(*one) for one in courses]
    assert page.evaluate(CHANGES, asked) == [[*one] if one else None for one in judged]
    moods = Counter(one[1] for one in judged if one)
    assert min(moods["up"], moods["down"], moods["flat"]) > 10
    assert visitor.faults == []
