"""Erlang C and A against published numbers, and against each other and a slow queue."""

from functools import partial
from math import exp

import pytest

from pipelines.erlang import (
    Load,
    agents_needed,
    erlang_a,
    erlang_b,
    erlang_c,
    level_with_patience,
    with_shrinkage,
)

LOAD = Load(contacts=100, interval_s=1800, handle_s=180)


def test_golden_numbers_of_erlang_c():
    thirteen, fourteen = erlang_c(LOAD, 13, 20), erlang_c(LOAD, 14, 20)
    assert thirteen and fourteen
    assert thirteen.service_level == pytest.approx(0.795595, abs=5e-7)
    assert fourteen.wait_share == pytest.approx(0.174132, abs=5e-7)
    assert fourteen.service_level == pytest.approx(0.888350, abs=5e-7)
    assert fourteen.occupancy == pytest.approx(0.714286, abs=5e-7)
    assert fourteen.average_wait_s == pytest.approx(7.836, abs=5e-4)


def test_golden_numbers_of_erlang_a():
    thirteen, fourteen = erlang_a(LOAD, 13, 20, 300), erlang_a(LOAD, 14, 20, 300)
    assert thirteen and fourteen
    assert fourteen.wait_share == pytest.approx(0.145260, abs=5e-7)
    assert fourteen.abandon_share == pytest.approx(0.013984, abs=5e-7)
    assert fourteen.occupancy == pytest.approx(0.704297, abs=5e-7)
    assert fourteen.answered_in_time == pytest.approx(0.916792, abs=5e-7)
    assert fourteen.service_level == pytest.approx(0.918852, abs=5e-7)
    assert thirteen.answered_in_time == pytest.approx(0.858178, abs=5e-7)


@pytest.mark.parametrize(("agents", "planned"), [(14, 20), (70, 100), (21, 30)])
def test_shrinkage_divides_and_does_not_multiply(agents, planned):
    assert with_shrinkage(agents, 0.3) == planned


def test_without_any_time_left_nothing_helps():
    assert with_shrinkage(14, 1.0) is None
    assert with_shrinkage(14, 0.0) == 14


def test_the_fewest_agents_that_reach_the_target():
    assert agents_needed(partial(erlang_c, LOAD, threshold_s=20), 0.8) == 14
    assert agents_needed(partial(erlang_c, LOAD, threshold_s=20), 0.79) == 13
    assert agents_needed(partial(erlang_a, LOAD, threshold_s=20, patience_s=300), 0.8) == 13
    assert agents_needed(partial(erlang_c, LOAD, threshold_s=20), 1.0) is None
    assert agents_needed(partial(erlang_c, Load(0, 1800, 180), threshold_s=20), 0.8) == 1


def test_as_many_agents_as_erlangs_are_too_few():
    assert LOAD.erlangs == 10
    assert erlang_c(LOAD, 10, 20) is None
    assert erlang_a(LOAD, 10, 20, 300) is not None
    assert erlang_a(LOAD, 0, 20, 300) is None


def test_endless_patience_is_erlang_c():
    for agents in (11, 14, 25):
        calm, patient = erlang_c(LOAD, agents, 20), erlang_a(LOAD, agents, 20, 1e9)
        assert calm and patient
        assert patient.service_level == pytest.approx(calm.service_level, abs=1e-4)
        assert patient.average_wait_s == pytest.approx(calm.average_wait_s, rel=1e-3)


def test_no_patience_is_erlang_b():
    hurried = erlang_a(LOAD, 8, 20, 1e-4)
    assert hurried
    assert hurried.abandon_share == pytest.approx(erlang_b(10, 8), abs=1e-4)


@pytest.mark.parametrize(("agents", "patience_s"), [(3, 60.0), (14, 300.0), (8, 30.0)])
def test_the_wait_is_that_of_the_states_one_by_one(agents, patience_s):
    """Answered in time, from who finds k waiting: k + 1 leave before the turn comes."""
    found = erlang_a(LOAD, agents, 20, patience_s)
    assert found
    arriving, serving, leaving = 100 / 1800, 1 / 180, 1 / patience_s
    weights = [1.0]
    for there in range(1, 400):
        rate = min(there, agents) * serving + max(there - agents, 0) * leaving
        weights.append(weights[-1] * arriving / rate)
    total = sum(weights)
    step, in_time = 0.05, sum(weights[:agents]) / total
    # Steps from a caller's place to the agents, as a chain in small steps of time.
    at_place = [weight / total for weight in weights[agents : agents + 200]]
    for _ in range(round(20 / step)):
        in_time += at_place[0] * agents * serving * step
        at_place = [
            at_place[k] * exp(-(agents * serving + (k + 1) * leaving) * step)
            + (at_place[k + 1] * (agents * serving + (k + 1) * leaving) * step if k < 199 else 0)
            for k in range(200)
        ]
    assert found.answered_in_time == pytest.approx(in_time, abs=2e-3)


def test_great_loads_neither_overflow_nor_take_long():
    crowd = Load(contacts=60_000, interval_s=1800, handle_s=300)
    found = erlang_a(crowd, 9_000, 20, 120)
    assert found
    assert found.abandon_share == pytest.approx(0.1, abs=0.005)
    needed = agents_needed(partial(erlang_c, crowd, threshold_s=20), 0.8)
    assert needed
    assert 10_000 < needed < 10_200


def test_far_too_few_agents_for_a_crowd_overflow_nothing():
    crowd = Load(contacts=40_000, interval_s=1800, handle_s=600)
    found = erlang_a(crowd, 100, 120, 900)
    assert found
    assert found.service_level == pytest.approx(0, abs=1e-9)
    assert found.abandon_share == pytest.approx(1 - 100 / crowd.erlangs, abs=1e-6)
    enough = erlang_a(crowd, 15_000, 120, 900)
    assert enough
    assert enough.service_level == pytest.approx(1, abs=1e-6)


def test_several_limits_are_the_mean_of_each():
    one, two = erlang_a(LOAD, 12, 20, 300), erlang_a(LOAD, 12, 60, 300)
    assert one and two
    both = level_with_patience(LOAD, 12, [(20, 0.25), (60, 0.75)], 300)
    assert both == pytest.approx(0.25 * one.service_level + 0.75 * two.service_level)
    assert level_with_patience(Load(0, 900, 180), 1, [(20, 1.0)], 300) == 1
