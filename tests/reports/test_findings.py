"""Findings are true of the numbers they are made from, and silent on few cases."""

from dataclasses import replace
from datetime import date, datetime

from reports import findings
from reports.records import Numbers
from tests.reports.made import share

NAMES = {"sales": "Sales", "support": "Support"}


def test_service_level_says_its_gap_its_parts_and_its_range():
    found = findings.service_against_goal(Numbers([share(600, 1000)]), None, "")
    assert found.head == "Service level was 60.0\u202f%, 20.0\u202fpts under the goal"
    assert found.text.startswith("600 of 1,000 contacts that count were answered in time.")
    assert "Likely range 56.9 to 63.0\u202f%." in found.text


def test_a_goal_that_was_met_weighs_less_than_one_that_was_missed():
    good = findings.service_against_goal(Numbers([share(850, 1000)]), None, "")
    bad = findings.service_against_goal(Numbers([share(600, 1000)]), None, "")
    assert "5.0\u202fpts above the goal" in good.head
    assert good.weight < bad.weight


def test_few_calls_make_no_finding():
    few = Numbers([share(3, 10), share(1, 5, scope=("queue", "sales"))])
    assert findings.service_against_goal(few, None, "") is None
    assert findings.worst_queue(few, NAMES) is None


def test_a_change_is_told_apart_from_chance():
    now = Numbers([share(600, 1000)])
    clear = findings.service_against_goal(now, Numbers([share(700, 1000)]), "the day before")
    chance = findings.service_against_goal(now, Numbers([share(605, 1000)]), "the day before")
    assert "10.0\u202fpts less than the day before" in clear.text
    assert "no change beyond chance" in chance.text


def test_the_worst_queue_is_the_one_that_lacks_most_calls_not_the_lowest_share():
    numbers = Numbers(
        [share(10, 30, scope=("queue", "sales")), share(700, 1000, scope=("queue", "support"))]
    )
    found = findings.worst_queue(numbers, NAMES)
    assert found.head == "Queue Support lacked the most, at 70.0\u202f%"
    assert "100 more contacts" in found.text
    assert "None of 2 queues" in found.text


def test_queues_that_all_met_their_goal_are_said_to_have():
    numbers = Numbers([share(90, 100, scope=("queue", q)) for q in NAMES])
    assert findings.worst_queue(numbers, NAMES).head == "All 2 queues met their service level"


def _bin(hour: int, in_time: int, counted: int) -> dict:
    return {
        "local": datetime(2026, 11, 21, hour),  # noqa: DTZ001
        "n_in_time": in_time, "n_counted": counted, "n_offered": counted,
        "level": 100 * in_time / counted,
    }  # fmt: skip


def test_the_worst_interval_rests_on_enough_calls():
    bins = [_bin(9, 1, 10), _bin(10, 60, 100), _bin(11, 90, 100), _bin(12, 85, 120)]
    found = findings.worst_interval(bins, 20, 80)
    assert found.head == "Lowest at 10:00, 60\u202f%"
    assert "2 of 3 intervals were under the goal" in found.text
    assert "most contacts came at 12:00" in found.text
    assert findings.worst_interval(bins[1:3], 20, 80) is None
    assert findings.worst_interval([_bin(h, 95, 100) for h in (9, 10, 11)], 20, 80) is None


def test_the_worst_day_is_compared_with_the_mean_day():
    days = {
        date(2026, 11, 16 + i): Numbers(
            [share(hits, 100), share(offered, 1, metric_id="offered", goal=None, unit="count")]
        )
        for i, (hits, offered) in enumerate([(90, 1), (50, 2), (85, 1)])
    }
    found = findings.worst_day(days)
    assert found.head == "Tue 17 Nov was lowest, at 50\u202f%"
    assert "1 of 3 days were under the goal" in found.text
    assert "50\u202f% more contacts than a mean day" in found.text
    # Of a day that is not over nobody knows yet how low it will have been.
    open_ = replace(share(1, 100), is_provisional=True)
    assert findings.worst_day({**days, date(2026, 11, 19): Numbers([open_])}).head == found.head
    days[date(2025, 11, 17)] = days[date(2026, 11, 16)]
    assert findings.worst_day(days).head.startswith("Tue 17 Nov 2026 was lowest")


def _ended(queue: str, outcome: str, n: int) -> dict:
    return {"queue_id": queue, "outcome": outcome, "n": n, "is_short_abandon": False}


def test_lost_contacts_leave_out_who_was_refused_or_pressed_a_key():
    rows = [
        _ended("sales", "answered", 80), _ended("sales", "abandoned", 15),
        _ended("support", "timeout", 5), _ended("support", "exit_key", 10),
        _ended("support", "blocked", 7),
    ]  # fmt: skip
    found = findings.lost_contacts(rows, NAMES)
    assert found.head == "20 contacts were lost"
    assert "18.2\u202f% of 110" in found.text
    assert "15 of them in queue Sales" in found.text
    assert findings.refused(rows, NAMES).head == "7 callers could not enter a queue"
    assert findings.lost_contacts(rows[:1], NAMES) is None
    assert findings.refused(rows[:1], NAMES) is None


def test_unanswered_rings_are_shares_of_rings_an_agent_could_take():
    rows = [
        _ended("sales", "answered", 90), _ended("sales", "no_answer", 6),
        _ended("support", "declined", 4), _ended("support", "caller_left", 50),
    ]  # fmt: skip
    found = findings.unanswered_rings(rows, NAMES)
    assert found.head == "10 rings at agents went unanswered"
    assert "10.0\u202f% of rings: 6 rang out, 4 were declined" in found.text
    assert findings.unanswered_rings(rows[:1], NAMES) is None


def test_time_outs_that_flatter_are_named():
    numbers = Numbers([share(860, 1000), share(860, 1200, metric_id="service_level_lost")])
    found = findings.flattered(numbers)
    assert found.head == "With everything lost counted it is 71.7\u202f%"
    same = Numbers([share(860, 1000), share(860, 1001, metric_id="service_level_lost")])
    assert findings.flattered(same) is None


def test_the_weightiest_four_are_shown():
    many = [findings.Finding(str(w), "", w) for w in (1, 5, 3, 4, 2)]
    assert [f.head for f in findings.choose([None, *many])] == ["5", "4", "3", "2"]
