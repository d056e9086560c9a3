"""Sparklines: a shape in the space of a word."""

import re

from reports.figures.spark import sparkline


def points(values, **more):
    """How many points the line has."""
    found = re.findall(r'polyline points="([^"]*)"', str(sparkline(values, **more)))
    return [len(line.split()) for line in found]


def test_each_value_is_a_point_and_gaps_stay_gaps():
    assert points([1.0, 2.0, 3.0]) == []
    assert points([1.0, 2.0, None, 3.0, 4.0]) == [2, 2]
    assert points([float(n % 7) for n in range(110)], width=110) == [110]


def test_a_year_is_drawn_by_the_week():
    assert points([float(n % 7) for n in range(365)]) == [53]
    # A weekly pattern has no shape then.
    flat = str(sparkline([float(n % 7) for n in range(364)]))
    heights = {
        point.split(",")[1] for point in re.search(r'points="([^"]*)" fill="none"', flat)[1].split()
    }
    assert len(heights) == 1
    gap = [None if 140 <= n < 154 else 1.0 + n % 2 for n in range(364)]
    assert points(gap) == [20, 30]
