"""Agents needed are those of the Erlang formulas, of one queue and of several."""

from functools import partial

import pytest

from pipelines.erlang import agents_needed, erlang_a, erlang_c
from reports.forecasting.staffing import Asked, Limit, agents_a, agents_c

LOADS = [(0.05, 300.0), (3.0, 240.0), (37.5, 412.5), (200.0, 180.0), (900.0, 600.0)]


@pytest.mark.parametrize(("contacts", "handle_s"), LOADS)
@pytest.mark.parametrize(("threshold_s", "goal"), [(20.0, 0.8), (60.0, 0.95)])
def test_one_queue_needs_what_erlang_says(contacts, handle_s, threshold_s, goal):
    asked = Asked.of([Limit(contacts, handle_s, threshold_s, goal)])
    assert asked
    calm = agents_needed(partial(erlang_c, asked.load, threshold_s=threshold_s), goal)
    assert agents_c(asked) == calm
    patient = partial(erlang_a, asked.load, threshold_s=threshold_s, patience_s=200.0)
    for guess in (1, calm or 1, 3000):
        assert agents_a(asked, 200.0, 5.0, guess) == agents_needed(patient, goal)


def test_two_queues_share_agents_and_one_s_surplus_pays_for_the_other():
    strict, easy = Limit(20, 300, 10, 0.9), Limit(20, 300, 60, 0.8)
    both = Asked.of([strict, easy])
    assert both
    assert both.goal == pytest.approx(0.85)
    assert both.shares == ((10, 0.5), (60, 0.5))
    alone = [agents_c(asked) for one in (strict, easy) if (asked := Asked.of([one]))]
    together = agents_c(both)
    assert together and all(alone)
    assert together < sum(n or 0 for n in alone)
    assert (agents_a(both, 120.0, 5.0) or 0) <= together


def test_nobody_a_goal_of_all_and_a_load_beyond_reason_ask_for_nothing():
    assert Asked.of([Limit(0, 300, 20, 0.8)]) is None
    assert Asked.of([Limit(5, 300, 20, 1.0)]) is None
    assert Asked.of([Limit(40_000, 300, 20, 0.8)]) is None
