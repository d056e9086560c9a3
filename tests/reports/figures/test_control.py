"""Control charts: what is drawn, and what is said of it to who cannot see it."""

import re
from xml.etree import ElementTree

from reports.figures.control import control_chart, in_words, usual
from tests.reports.centre import NASTY
from tests.reports.made import share
from tests.reports.test_timelines import told as timeline


def line(**more):
    """Sixty days with an outage on the tenth and a new level from the fortieth on."""
    hits = [(60 if n < 40 else 80) + (n * 7) % 5 for n in range(60)]
    hits[10] = 5
    return timeline([share(h, 100, **more) for h in hits])


def test_a_chart_is_drawn_whole_with_its_alarm_its_levels_and_its_goal():
    course = line()
    hrefs = ["" for _ in course.spans]
    hrefs[10] = "days/2026-03-12.html"
    svg = ElementTree.fromstring(str(control_chart(course, hrefs)))  # noqa: S314  made here
    assert len(svg.findall("rect")) == len(course.found.levels) == 2
    assert [g.get("class") for g in svg.findall("g")] == ["shift"]
    assert [a.get("href") for a in svg.findall("a")] == ["days/2026-03-12.html"]
    assert svg.find("a/title").text.startswith("Thu 12 Mar: 5.0\u202f%, usual ")
    assert svg.find("a/title").text.endswith("worse than usual")
    assert svg.find("a/rect").get("fill") == "var(--bad)"
    assert "goal" in [text.text for text in svg.findall("text")]
    numbers = re.findall(r"[\d.]+", svg.find("polyline").get("points"))
    assert len(numbers) == 2 * len(course.spans)
    assert all(0 <= float(n) <= 320 for n in numbers)


def test_a_chart_is_said_in_words_and_names_are_text():
    course = line(name=NASTY)
    assert "60 values from" in in_words(course)
    assert "1 change of level, 1 value outside the usual range." in in_words(course)
    assert usual(course).endswith("\u202f%")
    assert course.told_at(10).startswith("5.0\u202f%, usual ")
    assert NASTY not in str(control_chart(course, [""] * 60))


def test_better_and_neither_have_marks_of_their_own():
    up = str(control_chart(line(direction="lower"), [""] * 60))
    assert "better than usual" in up
    assert 'fill="var(--good)" class="alarm"' in up
    plain = str(control_chart(line(direction="none", goal=None), [""] * 60))
    assert "out of the usual" in plain
    assert "goal" not in plain
