"""Figures of pages about subjects: what they hold, that nothing is lost, that text stays text."""

import pytest

from reports.figures import (
    answers,
    bars,
    causes,
    evaluation,
    handling,
    outbound,
    paths,
    spending,
)
from reports.format import UNKNOWN

NASTY = "<b>x</b> & 'y'"
SAFE = "&lt;b&gt;x&lt;/b&gt; &amp; 'y'"


def _way(start: str, end: str | None, n: int, kind: str = "ivr") -> dict:
    return {"kind": kind, "node": start, "next_node": end, "n": n}


def _trace(chart) -> dict:
    return chart.figure["data"][0]


def test_paths_flow_on_and_end_and_name_a_step_of_a_menu_and_of_a_bot_apart():
    rows = [
        _way("welcome", "menu", 90), _way("menu", "to_sales", 60), _way("menu", None, 30),
        _way("to_sales", None, 60), _way("menu", "ask", 8, "bot"), _way("ask", None, 8, "bot"),
    ]  # fmt: skip
    chart = paths.sankey(rows)
    flow = _trace(chart)
    assert flow["link"]["value"] == [90, 60, 30, 8]
    assert flow["node"]["label"] == ["welcome", "menu", "to sales", "session ended", "menu", "ask"]
    assert [data[1] for data in flow["node"]["customdata"]] == [90, 90, 60, 30, 8, 8]
    assert chart.rows[0] == ["welcome", "menu", "90", "100.0\u202f%", "on"]
    assert sum(int(row[2]) for row in chart.rows) == sum(row["n"] for row in rows)


def test_a_way_back_is_told_and_not_drawn():
    rows = [
        _way("a", "b", 50), _way("b", "a", 7), _way("b", "b", 3), _way("b", "c", 40),
        _way("c", "a", 2), _way("c", None, 38),
    ]  # fmt: skip
    chart = paths.sankey(rows)
    link = _trace(chart)["link"]
    assert link["value"] == [50, 40, 38]
    assert all(start < end for start, end in zip(link["source"], link["target"], strict=True))
    assert {row[2] for row in chart.rows if row[4] == "back or again"} == {"7", "3", "2"}
    assert "12 steps back or again" in chart.sub


def test_only_the_largest_ways_are_drawn_and_it_says_how_much_that_is():
    rows = [_way("menu", f"option {i:02d}", 100 - i) for i in range(40)]
    chart = paths.sankey(rows)
    assert _trace(chart)["link"]["value"] == list(range(100, 100 - paths.MOST, -1))
    assert "with 56\u202f% of the 3,220 moves" in chart.sub
    assert len(chart.rows) == 40


def test_sessions_that_go_nowhere_are_no_flow():
    assert paths.sankey([]) is None
    assert paths.sankey([_way("menu", None, 4)]) is None


def _queue(name: str, *times: float | None, n: int = 50) -> dict:
    talk, hold, wrap = times
    return {"name": name, "talk": talk, "hold": hold, "wrap": wrap, "n": n, "is_small": n < 20}


def test_parts_of_handle_time_add_up_and_say_which_is_not_known():
    rows = [
        _queue("sales", 200, 10, 30),
        _queue("vip", 300, 0, None, n=4),
        _queue("x", *[None] * 3),
    ]
    chart = handling.parts(rows)
    assert [row[0] for row in chart.rows] == ["vip", "sales"]
    *parts, end = chart.figure["data"]
    assert [sum(x) for x in zip(*(part["x"] for part in parts), strict=True)] == end["x"]
    assert end["x"] == [300, 240]
    assert chart.rows[0][3:5] == [UNKNOWN, "≥ 5:00"]
    assert parts[0]["marker"]["opacity"] == [bars.FAINT, 1]
    assert handling.parts(rows[2:]) is None


def test_reasons_are_summed_from_the_most_frequent():
    rows = [{"name": name, "n": n} for name, n in (("c", 5), (NASTY, 70), ("b", 25), ("none", 0))]
    chart = handling.pareto(rows, 250)
    assert _trace(chart)["x"] == [70, 25, 5]
    assert chart.figure["data"][1]["x"] == pytest.approx([70, 95, 100])
    assert chart.figure["layout"]["yaxis"]["ticktext"] == [SAFE, "b", "c"]
    assert "100 of 250" in chart.sub
    assert chart.alt.startswith("2 reasons make 95 %")
    assert handling.pareto(rows[3:], 10) is None


def _stages(name: str, *counts: int | None) -> dict:
    return {"name": name, **dict(zip([key for key, _ in outbound.STAGES], counts, strict=True))}


def test_a_funnel_keeps_every_dial_also_those_of_small_campaigns_and_of_none():
    rows = [_stages(f"campaign {i}", 100 - i, 50, 40, None) for i in range(7)]
    whole = _stages("", 700, 360, 280, None)
    chart = outbound.funnel(rows, whole)
    *parts, end = chart.figure["data"]
    assert [sum(x) for x in zip(*(part["x"] for part in parts), strict=True)] == end["x"]
    assert end["x"] == [700, 360, 280]
    assert [label for _, label in chart.legend][-2:] == ["other campaigns", "no campaign"]
    assert chart.rows[0] == ["All", "700", "360", "51.4\u202f%", "280", "40.0\u202f%"]
    assert len(chart.rows) == 9


def test_one_stage_is_no_funnel():
    assert outbound.funnel([], _stages("", 9, None, None, None)) is None
    assert outbound.funnel([], _stages("", None, 1, 1, 1)) is None


def _answer(question: str, kind: str, score: float, share: float, n: int, **more: str) -> dict:
    return {
        "question": question, "kind": kind, "score": score, "share": share, "n": n,
        "scale_min": 0, "scale_max": 10, "nps_class": None, **more,
    }  # fmt: skip


def test_answers_of_each_question_make_a_whole_from_worst_to_best():
    rows = [
        _answer("csat", "csat", 5, 1.0, 60), _answer("csat", "csat", 1, 0.0, 40),
        _answer(NASTY, "nps", 6, 0.6, 5, nps_class="detractor"),
        _answer(NASTY, "nps", 8, 0.8, 3, nps_class="passive"),
        _answer(NASTY, "nps", 9, 0.9, 2, nps_class="promoter"), _answer("ok", "fcr", 1, 1.0, 30),
    ]  # fmt: skip
    chart = answers.distribution(rows)
    pieces = chart.figure["data"]
    for place in range(3):
        assert sum(p["x"][0] for p in pieces if p["y"] == [place]) == pytest.approx(100)
    assert [p["text"][0] for p in pieces] == ["1", "5", "6", "8", "9", "yes"]
    colours = [p["marker"]["color"] for p in pieces]
    assert colours == ["@c2", "@c1", "@c2soft", "@c4soft", "@c1", "@c1"]
    assert pieces[2]["customdata"][0][0] == f"{SAFE} · NPS"
    assert [p["marker"]["opacity"] for p in pieces[1:3]] == [1, bars.FAINT]
    assert chart.rows[0] == ["CSAT", "5", "60", "60.0\u202f%"]
    assert answers.distribution([]) is None


def test_complaints_stand_beside_the_time_they_took():
    rows = [
        {"name": name, "n": n, "resolution_s": s, "n_resolved": n, "is_small": n < 20}
        for name, n, s in ((NASTY, 3, None), ("price", 30, 90_000.0), ("none", 0, None))
    ]
    titles = ("Complaints by cause", "Complaints by cause, and how soon")
    chart = causes.complaints(rows, 40, titles, "Cause")
    counts, _, times = chart.figure["data"]
    assert counts["x"] == [30, 3]
    assert (times["x"], times["y"], times["xaxis"]) == ([90_000.0], [0], "x2")
    assert counts["customdata"][1][0] == SAFE
    assert chart.rows == [
        ["price", "30", "90.9\u202f%", "1\u202fday", "30"],
        [NASTY, "3", "9.1\u202f%", UNKNOWN, "3"],
    ]  # fmt: skip
    untimed = causes.complaints(rows[:1], 3, titles, "Cause")
    assert len(untimed.figure["data"]) == 2
    assert (untimed.title, chart.title) == titles
    assert len(untimed.legend) == 1
    assert chart.sub.endswith("Known of 33 of 40 complaints.")
    assert untimed.sub == "Whole centre."
    assert len(chart.legend) == 2
    assert untimed.figure["layout"]["xaxis"]["dtick"] == 1
    assert causes.complaints(rows[2:], 3, titles, "Cause") is None


def test_costs_are_whole_and_an_unknown_amount_is_said():
    kinds = ("labour", "vendor", "telecom", "overhead", "total", "currency")
    rows = [
        {"site": None, **dict(zip(kinds, (None, 50.0, None, 20.0, None, "EUR"), strict=True))},
        {"site": "Cork", **dict(zip(kinds, (900.0, None, 10.0, 90.0, 1000.0, "EUR"), strict=True))},
    ]
    chart = spending.by_site(rows)
    *parts, end = chart.figure["data"]
    assert [sum(x) for x in zip(*(part["x"] for part in parts), strict=True)] == [1000, 70]
    assert end["x"] == [1000, 70]
    assert "in EUR;" in chart.sub
    assert [row[-1] for row in chart.rows] == ["1,000", "≥ 70"]
    assert spending.by_site([]) is None


def test_lines_of_a_form_stand_worst_first_with_their_range():
    rows = [
        {"form": "f", "item": item, "topic": "script", "criticality": harms, "n_scored": n,
         "n_met": met, "n_fatal": 0}
        for item, harms, met, n in (("greeting", "none", 9, 10), (NASTY, "customer", 2, 10))
    ]  # fmt: skip
    chart = evaluation.items(rows)
    bar = _trace(chart)
    assert bar["x"] == [20, 90]
    assert bar["marker"]["color"] == ["@c2", "@c1"]
    assert bar["customdata"][0] == [SAFE, 2, 10]
    low, high = (
        bar["x"][0] - bar["error_x"]["arrayminus"][0],
        bar["x"][0] + bar["error_x"]["array"][0],
    )
    assert (low, high) == pytest.approx((5.67, 50.98), abs=0.01)
    assert chart.rows[0][2] == "customer"
    assert evaluation.items([]) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, UNKNOWN), (0, "0"), (30, "30\u202fs"), (90, "1:30"), (7200, "2\u202fh"),
     (86_400, "1\u202fday"), (216_000, "2.5\u202fdays")],
)  # fmt: skip
def test_times_of_any_length_are_told_shortly(seconds, words):
    assert bars.long_time(seconds) == words


@pytest.mark.parametrize("longest", [25, 700, 40_000, 5_000_000])
def test_an_axis_of_times_has_few_marks(longest):
    assert 1 < len(bars.time_axis(longest)["tickvals"]) <= 7
