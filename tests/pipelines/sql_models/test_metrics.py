"""The registry: what it refuses, and what it tells others."""

from pathlib import Path

import pytest
import yaml

from pipelines.sql_models.counting import Counting
from pipelines.sql_models.metrics import Metric, load_metrics, metric_definitions
from pipelines.sql_models.model import ModelError
from pipelines.storage.ops import table_columns
from tests.conftest import ROOT

VISITS = {"fact": "fact_queue_visit", "attribution": "queue entry", "sql": "count(*)"}
PLAIN = {
    "id": "calls",
    "name": "Calls",
    "description": "Calls.",
    "formula": "calls",
    "unit": "count",
    "direction": "neutral",
    "numerator": VISITS,
    "scopes": ["all", "queue"],
    "additivity": "additive",
    "source": "us",
}


def write(folder: Path, *metrics: dict) -> Path:
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yml").write_text(yaml.safe_dump(list(metrics)))
    return folder


def test_the_registry_holds_the_metrics_of_the_first_release_that_these_facts_carry():
    ids = {metric.id for metric in load_metrics()}
    assert ids >= {
        *("offered", "answered", "abandoned", "short_abandoned", "exited", "cut", "still_open"),
        *("blocked", "attempts", "service_level", "service_level_all_positive"),
        *("service_level_answered_only", "service_level_all_negative"),
        *("service_level_ignore_ab_in_t", "service_level_short_positive"),
        *("service_level_asterisk", "service_level_asterisk2", "service_level_lost", "lost_rate"),
        *("abandonment_rate", "average_speed_of_answer", "longest_wait"),
        *("wait_p50", "wait_p90", "wait_p95", "average_patience", "time_to_abandon"),
        *("callback_rate", "voicemail_rate", "timeout_rate"),
        *("average_handle_time", "handle_time_per_leg", "handle_time_per_visit"),
        *("average_talk_time", "average_hold_time", "average_wrap_time", "average_ring_time"),
        *("transfer_rate", "hold_rate", "ring_no_answer_rate", "declined_rate"),
        *("contacts_per_hour", "occupancy"),
    }


def test_scopes_keep_to_the_rules():
    for metric in load_metrics():
        facts = {part.fact for part in metric.parts}
        if "fact_queue_visit" in facts:
            assert "agent" not in metric.scopes, metric.ref
        if "fact_agent_state_interval" in facts:
            assert not {"queue", "queue_group", "reason"} & set(metric.scopes), metric.ref


def test_definitions_fit_the_table_and_take_the_centres_goals():
    rows = metric_definitions({"service_level": 75})
    assert all(list(row) == list(table_columns("metric_definition")) for row in rows)
    goals = {row["metric_id"]: row["goal"] for row in rows}
    assert (goals["service_level"], goals["abandonment_rate"], goals["offered"]) == (75, 5, None)
    order = [(row["metric_id"], row["metric_version"]) for row in rows]
    assert order == sorted(order)


def test_a_goal_for_no_metric_is_told_with_the_nearest_name():
    with pytest.raises(ModelError, match="did you mean service_level"):
        metric_definitions({"servicelevel": 80})


def test_a_project_adds_metrics_and_versions(tmp_path):
    own = write(tmp_path, PLAIN, PLAIN | {"id": "offered", "version": 2})
    refs = {metric.ref for metric in load_metrics(own)}
    assert {"calls@1", "offered@1", "offered@2"} <= refs


def test_a_definition_is_never_changed_in_place(tmp_path):
    with pytest.raises(ModelError, match=r"offered@1 is defined already.*next version"):
        load_metrics(write(tmp_path, PLAIN | {"id": "offered"}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scopes": ["agent"]}, "fact_queue_visit has no scope agent"),
        ({"numerator": VISITS | {"attribution": "connect"}}, "attributed at: queue entry"),
        ({"numerator": VISITS | {"credit": "transfer"}}, "credited by transfer is not counted"),
        ({"denominator": VISITS}, "a ratio or estimator has a denominator"),
        ({"additivity": "ratio"}, "a ratio or estimator has a denominator"),
        ({"additivity": "maximum"}, "needs n"),
        ({"interval_method": "t"}, "needs square"),
        ({"interval_method": "wilson"}, "unit percent"),
        ({"interval_method": "nps"}, "needs positive and negative"),
        ({"interval_method": "poisson", "additivity": "maximum", "n": VISITS}, "poisson is for"),
        ({"numerator": VISITS | {"fact": "fact_nothing"}}, "fact_nothing credited by last"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named_with_its_file(tmp_path, change, message):
    with pytest.raises(ModelError, match=message) as error:
        load_metrics(write(tmp_path, PLAIN | change))
    assert "own.yml" in str(error.value)


def test_text_that_is_no_yaml_is_named_with_its_file(tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "own.yml").write_text("- id: [")
    with pytest.raises(ModelError, match=r"own\.yml: not YAML"):
        load_metrics(tmp_path)


def test_several_numerators_are_written_as_one_or_many():
    one = Metric.model_validate(PLAIN)
    two = Metric.model_validate(PLAIN | {"numerator": [VISITS, VISITS]})
    assert (len(one.numerator), len(two.numerator)) == (1, 2)


def test_the_example_in_the_docs_is_a_metric(tmp_path):
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n# mycentre/metrics/own.yml\n")[1].split("```")[0]
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "own.yml").write_text(example)
    assert "long_waits@1" in {metric.ref for metric in load_metrics(tmp_path)}


def test_the_header_in_the_docs_counts_a_fact():
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    example = text.split("```yaml\nmetrics:")[1].split("```")[0]
    counting = Counting.model_validate(yaml.safe_load(f"metrics:{example}")["metrics"])
    assert {"queue", "queue_group", "channel", "direction", "site"} == counting.scopes.keys()
