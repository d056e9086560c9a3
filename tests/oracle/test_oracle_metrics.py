"""The oracle itself: days, thresholds and the published golden numbers."""

from fractions import Fraction

from tests.oracle import metrics
from tests.oracle.config import Config, read_queues_conf
from tests.oracle.day_numbers import agent_days, queue_days, state_intervals
from tests.oracle.logs import told
from tests.oracle.parsing import local_candidates
from tests.oracle.states import states_of_all, union
from tests.oracle.timeline import day_of, midnights

# Days and intervals


def test_days_of_23_and_25_hours():
    for day, hours in (("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)):
        (start,) = local_candidates(f"{day} 00:00:00", "Europe/Berlin")
        (end,) = midnights(start, start + 90_000_000_000, "Europe/Berlin")
        assert (end - start) // 3_600_000_000 == hours
        assert day_of(start, "Europe/Berlin") == day_of(end - 1, "Europe/Berlin") == day


def test_quarter_hours_add_up_to_the_day():
    centre = told(
        "0 NONE q Ann ADDMEMBER", "10000 NONE q Ann REMOVEMEMBER", "20000 x NONE NONE INFO"
    )
    states = states_of_all(centre)
    quarters = state_intervals(states)
    days = agent_days(centre, states)
    assert sum(q["available_ms"] for q in quarters.values()) == 10_000_000
    assert sum(d["available_ms"] for d in days.values()) == 10_000_000
    assert max(q["logged_in_ms"] for q in quarters.values()) == 900_000


def test_consultations_are_left_out_of_service_and_kept_in_asterisks_own_counting():
    config = Config(aliases={"1001": "Ann"})
    centre = told(
        "0 c q NONE ENTERQUEUE |07|1", "1 d q NONE ENTERQUEUE |1001|1",
        "3 c q Bob CONNECT 3|x|1", "3 d q Cid CONNECT 2|x|1",
        "9 c q Bob COMPLETEAGENT 3|6|1", "9 d q Cid COMPLETEAGENT 2|6|1", config=config,
    )  # fmt: skip
    (numbers,) = queue_days(centre).values()
    assert (numbers["n_offered"], numbers["n_consult"], numbers["n_segments"]) == (1, 1, 1)
    found = metrics.visit_metrics(centre.visits, [], config)
    assert found["service_level"] == (1, 1)
    assert found["service_level_asterisk"] == (2, 2)


def test_union():
    assert union([(5, 7), (1, 3), (3, 4), (6, 9), (8, 8)]) == [(1, 4), (5, 9)]


# Golden numbers


def test_service_levels_of_the_published_example():
    counts = metrics.Outcomes(
        offered=1060, answered=1000, abandoned=60, lost=60,
        answered_in_t=860, abandoned_in_t=20, lost_in_t=20, short=10,
    )  # fmt: skip
    found = metrics.service_levels(counts) | metrics.asterisk_levels(counts)
    assert {name: round(100 * part[0] / part[1], 2) for name, part in found.items()} == {
        "service_level": 81.90,
        "service_level_all_positive": 83.02,
        "service_level_answered_only": 86.00,
        "service_level_all_negative": 81.13,
        "service_level_ignore_ab_in_t": 82.69,
        "service_level_short_positive": 82.08,
        "service_level_lost": 81.90,
        "lost_rate": 4.76,
        "abandonment_rate": 4.76,
        "service_level_asterisk": 86.00,
        "service_level_asterisk2": 83.02,
    }


def test_nothing_happened_is_no_ratio():
    for name, part in metrics.visit_metrics([], [], Config()).items():
        if part[1] == 0:
            assert metrics.ratio(part) is None, name


def test_ratios_of_two_queues_are_not_averaged():
    assert metrics.ratio((1 + 50, 1 + 100)) == Fraction(51, 101)
    assert round(100 * 51 / 101, 1) == 50.5


def test_thresholds_come_from_the_project_then_the_switch_then_the_default():
    config = Config(service_level_s={"a": 30}, short_abandon_s={"a": 2})
    read_queues_conf("[a]\nservicelevel=60\n[b]\nservicelevel = 3\n[c]\n", config)
    assert [config.threshold_s(q) for q in "abcd"] == [30, 3, 20, 20]
    assert [config.short_s(q) for q in "abcd"] == [2, 3, 5, 5]
