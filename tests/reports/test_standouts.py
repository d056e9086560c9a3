"""Days that stand out: which, why, where and when."""

from datetime import date, time, timedelta

from reports import standouts
from reports.records import Number
from tests.reports.made import metric
from tests.reports.test_timelines import FIRST, told, wave

OUT = 30


def course(name: str, out: float, direction: str = "lower"):
    """Sixty days, the thirty-first of them `out`."""
    about = metric(name, unit="seconds", additivity="additive", direction=direction, goal=None)
    values = [100 + v for v in wave(60)]
    values[OUT] = out
    return told([Number(about, "all", "all", v, n=100) for v in values], name=name)


def test_a_day_stands_out_by_several_metrics_or_by_one_far_out():
    far, near = course("offered", 300), course("average_handle_time", 113)
    assert abs(near.excess(OUT)) < 5 < abs(far.excess(OUT))
    found = standouts.standouts([far])
    assert [s.span.first for s in found] == [FIRST + timedelta(days=OUT)]
    assert standouts.standouts([near, near]) == []
    assert len(standouts.standouts([near, near, near])) == 1
    assert standouts.standouts([]) == []


def test_the_cause_is_the_driver_farthest_up_the_chain():
    lines = [course("average_handle_time", 400), course("offered", 300), course("csat", 20)]
    (found,) = standouts.standouts(lines)
    assert found.cause == "more contacts came than usual"
    assert found.lead.line.metric.id == "offered"
    assert [abs(o.excess) for o in found.out] == sorted(
        (abs(o.excess) for o in found.out), reverse=True
    )
    (found,) = standouts.standouts([course("offered", 10), course("average_handle_time", 400)])
    assert found.cause == "contacts took longer than usual"
    (found,) = standouts.standouts([course("csat", 20)])
    assert found.cause == ""
    assert found.lead.line.metric.id == "csat"


def quarters(*, extra: int = 0) -> dict[time, float]:
    """Four contacts each quarter hour from 8 to 18, `extra` more from 9:30 to 11."""
    clocks = [time(8 + n // 4, n % 4 * 15) for n in range(40)]
    return {c: 4.0 + (extra if time(9, 30) <= c < time(11) else 0) for c in clocks}


def test_the_hours_are_those_with_more_contacts_than_the_weekday_brings():
    day = date(2026, 3, 30)
    counts = {day - timedelta(weeks=n): quarters() for n in range(1, 5)}
    counts[day] = quarters(extra=20)
    found = standouts.busiest(counts, day)
    assert (found.first, found.end) == (time(9, 30), time(11))
    assert (found.n, found.usual) == (144, 24)
    counts[day] = quarters()
    assert standouts.busiest(counts, day) is None
    assert standouts.busiest({day: quarters(extra=20)}, day) is None
