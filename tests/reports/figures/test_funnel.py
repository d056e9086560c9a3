"""Funnel plots name who is outside, grey the rest, and never rest on colour alone."""

from reports.figures.funnel import Words, funnel
from reports.mix import Subject, compare
from tests.reports.centre import NASTY

WORDS = Words("First contact resolution", "percent", 100, "higher", "agent", "agents", {})
TIMES = Words("Average handle time", "seconds", 1, "neutral", "agent", "agents", {})


def _people(*gaps: float, n: int = 400) -> list[Subject]:
    return [
        Subject(f"p{i}", n + i, (1 + g) * 0.5 * (n + i), 0.5 * (n + i), 0.25 * (n + i))
        for i, g in enumerate(gaps)
    ]


def _chart(*gaps: float, words: Words = WORDS, span: int = 7):
    return funnel("f", compare(_people(*gaps), is_share=True), words, span=span)


def _texts(chart) -> list[str]:
    return [text for trace in chart.figure["data"] for text in trace.get("text", ()) if text]


def _symbols(chart) -> set[tuple[str, str]]:
    marks = [t["marker"] for t in chart.figure["data"] if "marker" in t]
    return {(mark["symbol"], mark["color"]) for mark in marks}


def test_who_is_outside_is_named_and_the_rest_is_grey():
    chart = _chart(*[0.01, -0.01] * 10, 0.5, -0.5)
    assert sorted(_texts(chart)) == ["p20", "p21"]
    assert _symbols(chart) == {("circle", "@c4soft"), ("circle", "@good"), ("square", "@bad")}
    assert {label for _, label in chart.legend} >= {
        "● better than expected", "■ worse than expected",
    }  # fmt: skip
    assert "2 beyond the 95 % limits, 2 of them beyond 99.8 %" in chart.alt


def test_where_neither_way_is_good_shapes_tell_up_from_down():
    chart = _chart(*[0.01, -0.01] * 10, 0.5, -0.5, words=TIMES)
    assert {"triangle-up", "triangle-down"} <= {symbol for symbol, _ in _symbols(chart)}


def test_of_a_few_all_are_named():
    assert sorted(_texts(_chart(0.01, -0.01, 0.02))) == ["p0", "p1", "p2"]


def test_names_that_would_cover_each_other_are_left_to_the_table():
    crowd = [0.5 + i / 1e5 for i in range(12)]
    chart = _chart(*[0.01, -0.01] * 150, *crowd)
    assert 1 <= len(_texts(chart)) < 12
    assert len(chart.rows) == 312


def test_its_table_has_everybody_by_cases_and_says_where_they_stand():
    people = [*_people(0.01, 0.0, -0.01, 0.5, -0.02), Subject("few", 9, 4, 4.5, 2.2)]
    assert compare(people, is_share=True).spread
    chart = funnel("f", compare(people, is_share=True), WORDS, span=7)
    assert [row[0] for row in chart.rows] == ["p4", "p3", "p2", "p1", "p0", "few"]
    assert all(len(row) == len(chart.head) for row in chart.rows)
    assert chart.rows[1][-1] == "beyond 95 %"
    assert chart.rows[1][2:4] == ["75.0\u202f%", "50.0\u202f%"]
    assert chart.rows[3][4] == "0.0\u202fpts"
    assert chart.rows[-1][2] == "too few cases"


def test_it_says_whether_they_differ_beyond_chance_at_all():
    assert "differ no more than that" in _chart(*[0.01, -0.01] * 5).sub
    assert "the lines allow for that" in _chart(*[0.15, -0.15, 0.1, -0.1] * 5).sub


def test_names_from_outside_are_text():
    words = Words("m", "percent", 100, "higher", "agent", "agents", {"p0": NASTY})
    for chart in (_chart(0.6, -0.01, 0.01, words=words), _chart(0.0, 0.01, words=words)):
        told = [*_texts(chart)]
        told += [row[0] for t in chart.figure["data"] for row in t.get("customdata", ())]
        assert not any("<" in text for text in told)
        assert "@" not in "".join(t[0] for t in told if t)
