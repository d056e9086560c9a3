"""The pages' subjects speak of metrics and scopes that there are."""

import pytest

from pipelines.sql_models.metrics import load_metrics
from reports.pages.topic import KINDS
from reports.topics import TOPICS

METRICS = {metric.id: metric for metric in load_metrics()}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_its_metrics_are_of_the_registry_and_its_tables_of_their_scopes(topic):
    assert set(topic.metrics) <= METRICS.keys()
    scopes = {scope for metric in topic.metrics for scope in METRICS[metric].scopes}
    for table in topic.tables:
        assert table.kind in KINDS
        assert table.kind in scopes


def test_each_has_a_page_of_its_own():
    assert len({topic.id for topic in TOPICS}) == len(TOPICS)
    assert all(topic.question.endswith("?") for topic in TOPICS)
