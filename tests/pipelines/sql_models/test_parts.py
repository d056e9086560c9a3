"""Cutting the SQL of metrics into the sums that are kept."""

import pytest

from pipelines.sql_models.metrics import load_metrics
from pipelines.sql_models.model import ModelError
from pipelines.sql_models.parts import Parts, cut


@pytest.mark.parametrize(
    ("sql", "pieces"),
    [
        ("count(*)", [("count(*)", "sum")]),
        ("count(*) filter (where a)", [("count(*) filter (where a)", "sum")]),
        (
            "ms_to_s(max(x) filter (where b in (1, 2)))",
            [("max(x) filter (where b in (1, 2))", "max")],
        ),
        ("percentile(case when a then x end, 0.5)",
         [("percentile(case when a then x end, 0.5)", "rows")]),
        (
            "sum(a) + case when count(b) = count(c) then sum(b) else 0 end",
            [("sum(a)", "sum"), ("count(b)", "sum"), ("count(c)", "sum"), ("sum(b)", "sum")],
        ),
        ("count(*) filter (where a = ')')", [("count(*) filter (where a = ')')", "sum")]),
    ],
)  # fmt: skip
def test_each_aggregate_is_found_with_its_filter(sql, pieces):
    assert [(sql[a:b], fold) for a, b, fold in cut(sql)] == pieces


@pytest.mark.parametrize("sql", ["a + b", "discount(a)", "count("])
def test_what_adds_nothing_up_is_refused(sql):
    with pytest.raises(ModelError):
        list(cut(sql))


def test_equal_sums_of_several_metrics_are_one_part():
    parts = Parts(load_metrics())
    meanings = [(a.source, a.sql, a.fold) for a in parts.all]
    names = [a.name for a in parts.all]
    assert len(set(meanings)) == len(meanings)
    assert len(set(names)) == len(names)


def test_counts_have_plain_names_and_ratios_are_said_over_columns():
    metrics = {metric.id: metric for metric in load_metrics()}
    parts = Parts(list(metrics.values()))
    callback = metrics["callback_rate"]
    assert callback.denominator is not None
    assert parts.over_columns(callback, callback.denominator) == "offered"
    assert parts.over_columns(callback, callback.numerator[0]) == "callback_rate_numerator"
    speed = metrics["average_speed_of_answer"]
    assert (
        parts.over_columns(speed, speed.numerator[0])
        == "ms_to_s(average_speed_of_answer_numerator)"
    )


def test_a_quarter_hour_that_rows_share_counts_once_in_a_scope_and_adds_up_over_time():
    found = {a.name: a for a in Parts(load_metrics()).all}
    quarters = found["required_agents_denominator"]
    assert quarters.sql.startswith("count(distinct interval_start) filter")
    assert (quarters.fold, quarters.over_cells, quarters.over_periods) == ("clock", "max", "sum")
    agents = found["required_agents_numerator"]
    assert (agents.fold, agents.over_cells, agents.over_periods) == ("sum", "sum", "sum")
    longest = found["longest_wait_numerator"]
    assert (longest.fold, longest.over_cells, longest.over_periods) == ("max", "max", "max")
