"""Figures: what they hold, that outside text is harmless in them, that time is told right."""

import json
from datetime import date, datetime, timedelta

import pytest

from reports import format as fmt
from reports.figures import base, outcomes, people, service, spark, volume, waits
from reports.records import Numbers
from tests.reports.made import metric, share

NASTY = "<b>x</b> & 'y'"
ZONE = "Europe/Berlin"
START = datetime(2026, 10, 25, 0, 0)  # noqa: DTZ001  02:00 in Berlin, an hour before it comes twice


def _bin(minutes: int, offered: int, queue: str = "sales") -> dict:
    return {
        "bin_at": START + timedelta(minutes=minutes), "queue_id": queue, "n_offered": offered,
        "n_in_time": offered // 2, "n_counted": offered, "n_lost": 1,
    }  # fmt: skip


def test_bins_hold_every_interval_and_the_hour_that_comes_twice_stays_two():
    bins = service.bins_of_all([_bin(0, 4), _bin(120, 6), _bin(120, 2, "support")], 1800, ZONE)
    assert [f"{b['local']:%H:%M}" for b in bins] == ["02:00", "02:30", "02:00", "02:30", "03:00"]
    assert [b["n_offered"] for b in bins] == [4, 0, 0, 0, 8]
    assert [b["level"] for b in bins] == [50, None, None, None, 50]


def test_service_by_interval_shows_few_calls_hollow_and_carries_its_parts():
    bins = service.bins_of_all([_bin(0, 40), _bin(15, 4)], 900, ZONE)
    chart = service.by_interval(bins, 900, metric())
    line = chart.figure["data"][0]
    assert line["y"] == [50, 50]
    assert line["marker"]["color"] == ["@c1", "@card"]
    assert line["customdata"][0] == ["02:00", 20, 40, "2026-10-25T00:00:00", 900]
    assert chart.figure["meta"] == {"metric": "service_level"}
    assert chart.rows[0] == ["02:00", "50.0\u202f%", "20", "40", "40", "1"]
    bars = [t["y"] for t in chart.figure["data"][1:]]
    assert [sum(pair) for pair in zip(*bars, strict=True)] == [40, 4]


def test_service_by_day_bridges_nothing_and_marks_missed_days():
    days = [date(2026, 11, 20), date(2026, 11, 21)]
    numbers = {days[0]: Numbers([share(90, 100)]), days[1]: Numbers([share(10, 100)])}
    chart = service.by_day(days, numbers, metric())
    assert chart.figure["data"][2]["marker"]["symbol"] == ["circle", "diamond"]
    assert chart.figure["data"][2]["customdata"][1][3] == "2026-11-21"
    assert chart.alt == "1 of 2 days met the goal."
    assert chart.figure["layout"]["xaxis"]["tickformat"] == "%-d %b"


def test_days_of_two_years_say_which():
    days = [date(2025, 11, 21), date(2026, 11, 21)]
    numbers = dict.fromkeys(days, Numbers([share(90, 100)]))
    chart = service.by_day(days, numbers, metric())
    assert chart.figure["layout"]["xaxis"]["tickformat"] == "%-d %b\n%Y"
    assert [asked[0] for asked in chart.figure["data"][2]["customdata"]] == [
        "Fri 21 Nov 2025", "Sat 21 Nov 2026",
    ]  # fmt: skip


def test_time_ticks_stand_on_round_times():
    times = [START + timedelta(minutes=m) for m in range(7, 32)]
    places, labels = base.time_ticks(times)
    assert labels == ["00:10", "00:15", "00:20", "00:25", "00:30"]
    assert [times[i].minute for i in places] == [10, 15, 20, 25, 30]
    assert base.time_ticks([]) == ([], [])


def test_a_day_over_three_zones_has_more_than_one_tick():
    first = START.replace(hour=16, minute=0)
    _, labels = base.time_ticks([first + timedelta(hours=h) for h in range(37)])
    assert labels == ["18:00", "00:00", "06:00", "12:00", "18:00", "00:00"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([95.0, 99.0], [70.0, 102]), ([12.0], [5.0, 102]), ([0.0, 3.0], [-3.0, 102])],
)
def test_the_range_of_shares_never_exaggerates(values, expected):
    assert base.percent_range(values, 80) == expected


def test_heat_maps_choose_days_or_weekdays():
    days = [date(2026, 11, 2) + timedelta(days=i) for i in range(28)]
    rows = [{"local_date": d, "hour": h, "n_offered": 4} for d in days for h in ("08", "10")]
    long = volume.by_hour(rows, dict.fromkeys(days, True))
    assert [r[0] for r in long.rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert long.figure["data"][0]["z"][0] == [4, 0, 4]
    assert [r[0] for r in volume.by_hour(rows, dict.fromkeys(days[:2], False)).rows] == [
        "Mon 2 Nov",
        "Tue 3 Nov",
    ]


def test_volume_by_queue_adds_up_and_names_are_harmless():
    rows = [_bin(0, 40), _bin(0, 6, NASTY), _bin(15, 5)]
    chart = volume.by_queue(rows, service.bins_of_all(rows, 900, ZONE), {"sales": "Sales"}, 900)
    assert [r[:2] for r in chart.rows] == [["Sales", "45"], [NASTY, "6"]]
    assert "<b>x" not in json.dumps(chart.figure)
    assert "&lt;b&gt;x" in json.dumps(chart.figure)


def test_waits_mark_the_limit_and_the_percentiles():
    rows = [
        {"step": 0, "fate": "in_time", "n": 9}, {"step": 4, "fate": "later", "n": 3},
        {"step": 30, "fate": "lost", "n": 1},
    ]  # fmt: skip
    percentiles = {"p50": 2.0, "p90": 22.0, "p95": 24.0, "longest": 24.0}
    chart = waits.histogram(rows, 5000, percentiles, [20], 30)
    assert chart.rows[0][1:] == ["9", "0", "0"]
    assert chart.rows[-1] == ["2:30 or more", "0", "0", "1"]
    assert f"T is 20{fmt.SPACE}s" in chart.sub
    lines = [s for s in chart.figure["layout"]["shapes"] if s["line"].get("dash") == "dot"]
    assert [s["x0"] for s in lines] == [2.0, 22.0, 24.0]
    several = waits.histogram(rows, 5000, percentiles, [3, 8], 30)
    assert f"T, 3{fmt.SPACE}s to 8{fmt.SPACE}s by queue" in several.sub


def test_outcomes_add_up_per_queue_and_short_abandons_stand_apart():
    rows = [
        {"queue_id": "q", "outcome": "answered", "is_short_abandon": False, "n": 8},
        {"queue_id": "q", "outcome": "abandoned", "is_short_abandon": False, "n": 1},
        {"queue_id": "q", "outcome": "abandoned", "is_short_abandon": True, "n": 1},
    ]
    chart = outcomes.visits(rows, {"q": NASTY})
    assert [t["x"] for t in chart.figure["data"]] == [[80], [10], [10]]
    assert chart.rows == [[NASTY, "10", "8", "1", "1"]]
    assert chart.alt.startswith("Of 10 contacts: 80 % answered")
    assert "<b>x" not in json.dumps(chart.figure)


def test_agents_at_work_count_only_the_part_of_an_interval_that_is_known():
    bins = service.bins_of_all([_bin(0, 1), _bin(15, 1)], 900, ZONE)
    states = [
        {"bin_at": START, "state": "handling", "state_ms": 2 * 900_000},
        {"bin_at": START + timedelta(minutes=15), "state": "handling", "state_ms": 2 * 300_000},
    ]
    edges = (START, START + timedelta(minutes=20))
    chart = people.at_work(states, bins, 900, edges)
    assert chart.figure["data"][0]["y"] == [2, 2]


def test_a_sparkline_keeps_gaps_and_needs_four_values():
    assert spark.sparkline([1.0, 2, 3]) == ""
    drawn = spark.sparkline([1, 2, None, 3, 4], goal=2)
    assert drawn.count("<polyline") == 2
    assert drawn.count("stroke-dasharray") == 1
    assert spark.stacked_bar([("c1", 0)]) == ""
    assert 'width="75.00"' in spark.stacked_bar([("c1", 3), ("c2", 1)])


def test_every_colour_of_a_figure_is_in_the_style_sheet():
    from importlib.resources import files

    css = (files("reports") / "static" / "style.css").read_text("utf-8")
    used = {c for kinds in (outcomes.VISIT_OUTCOMES, outcomes.OFFER_OUTCOMES) for _, c, _ in kinds}
    used |= {f"on{c}" for c in used} | {c for _, c, _ in people.STATES}
    light, dark = css.split(":root[data-theme=dark]")
    assert not [c for c in used if f"--{c}:" not in light]
    assert not [c for c in used if c not in ("ink",) and f"--{c}:" not in dark]
