"""Each subject has its charts, and only those for which there is something to show."""

from datetime import date
from types import SimpleNamespace

from reports.pages import charts
from reports.queries import sql_text
from reports.records import Number, Numbers
from reports.spans import Span
from reports.topics import TOPICS
from tests.reports.made import metric

SITE = SimpleNamespace(scope_name=lambda kind, scope: f"{kind} {scope}")


def _number(metric_id: str, value: float, kind: str = "all", scope: str = "all", **parts) -> Number:
    return Number(metric(metric_id), kind, scope, value, **parts)


def test_they_are_of_subjects_and_ask_for_metrics_that_their_pages_read():
    topics = {topic.id: topic for topic in TOPICS}
    assert charts.CHARTS.keys() <= topics.keys()
    assert set(charts._OF_DIALS.values()) <= set(topics["outbound"].cards)
    assert {"average_talk_time", "average_hold_time", "average_wrap_time", "handled_contacts"} <= (
        set(topics["handling"].cards)
    )
    assert {"complaints", "complaint_resolution_p50"} <= set(topics["complaints"].cards)


def test_without_numbers_there_is_no_chart():
    for topic in TOPICS:
        assert charts.of_topic(topic.id, SITE, Numbers(), {}) == []


def test_one_alone_takes_the_whole_width_and_two_end_at_the_same_line():
    talk = [_number("average_talk_time", 60, "queue", f"q{i}", n=30) for i in range(9)]
    (alone,) = charts.of_topic("handling", SITE, Numbers(talk), {})
    assert (alone.id, alone.span) == ("handle-parts", 12)
    reasons = [_number("handled_contacts", 9, "reason", f"r{i}") for i in range(7)]
    both = charts.of_topic("handling", SITE, Numbers([*talk, *reasons]), {})
    assert [(c.id, c.span) for c in both] == [("handle-parts", 6), ("reasons-pareto", 6)]
    assert both[0].height == both[1].height
    assert both[0].rows[0][0] == "queue q0"


def test_a_stage_that_no_dial_tells_is_not_in_the_funnel():
    here = Numbers([
        _number("dials", 40), _number("connect_rate", 25, numerator=10, denominator=40),
        _number("contact_rate", 0, numerator=0, denominator=0),
    ])  # fmt: skip
    (funnel,) = charts.of_topic("outbound", SITE, here, {})
    assert funnel.figure["layout"]["yaxis"]["ticktext"] == ["Dialled", "Connected"]
    assert [row[0] for row in funnel.rows] == ["All", "no campaign"]


def test_complaints_without_a_cause_are_shown_by_queue():
    by_queue = [_number("complaints", 4, "queue", "a")]
    (chart,) = charts.of_topic("complaints", SITE, Numbers(by_queue), {})
    assert chart.head[0] == "Queue"
    by_reason = [_number("complaints", 3, "reason", "late"), *by_queue]
    (chart,) = charts.of_topic("complaints", SITE, Numbers(by_reason), {})
    assert (chart.head[0], chart.rows[0][0]) == ("Cause", "reason late")


def test_rows_of_many_spans_are_read_at_once_and_told_to_their_span():
    asked = []

    def rows_of(name, grain, first, last):
        asked.append((name, grain, first, last))
        return [{"first_day": date(2026, 11, day), "name": name} for day in (2, 9, 16)]

    batch = [Span("week", date(2026, 11, 2)), Span("week", date(2026, 11, 9))]
    found = charts.read(SimpleNamespace(rows_of=rows_of), "week", batch)
    weekly = [query.name for query in charts.QUERIES if "week" in query.grains]
    assert asked == [(name, "week", date(2026, 11, 2), date(2026, 11, 15)) for name in weekly]
    assert list(found) == batch
    assert all(len(rows) == 1 for span in batch for rows in found[span].values())


def test_every_query_there_is_says_the_first_day_of_the_span():
    for query in charts.QUERIES:
        assert "as first_day" in sql_text(query.name)
