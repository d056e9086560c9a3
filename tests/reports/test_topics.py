"""The pages' subjects speak of metrics and scopes that there are."""

from datetime import date, timedelta

import pytest

from pipelines.sql_models import load_contracts
from pipelines.sql_models.metrics import load_metrics
from reports.language import language_of, speaking
from reports.pages.topic import KINDS
from reports.spans import spans_of
from reports.subjects import topics_of
from reports.topics import CODES, TOPICS, code_words

METRICS = {metric.id: metric for metric in load_metrics()}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_its_metrics_are_of_the_registry_and_its_tables_of_their_scopes(topic):
    assert set(topic.cards) <= METRICS.keys()
    scopes = {scope for metric in topic.cards for scope in METRICS[metric].scopes}
    for table in topic.tables:
        assert table.kind in KINDS
        assert table.kind in scopes


def test_each_has_a_page_of_its_own():
    assert len({topic.id for topic in TOPICS}) == len(TOPICS)
    assert all(topic.question.endswith("?") for topic in TOPICS)


def test_days_long_past_have_an_overview_alone_and_weeks_tell_what_their_days_do():
    class Told:
        def subjects(self, grain):
            days = {span: {"offered"} for span in spans["day"]}
            return days if grain == "day" else {span: {"csat"} for span in spans["month"]}

    spans = spans_of([date(2026, 1, 1) + timedelta(days=n) for n in range(40)])
    found = topics_of(Told(), spans)
    assert [len(found[day]) for day in spans["day"]] == [0] * 9 + [1] * 31
    assert {found[week] for week in spans["week"]} == {("service",)}
    assert {found[month] for month in spans["month"]} == {("customers",)}


@pytest.mark.parametrize(("kind", "table"), [("channel", "contact"), ("sourcing", "roster")])
def test_codes_of_the_warehouse_have_words(kind, table):
    allowed = load_contracts()[table].columns[kind].allowed
    assert set(CODES[kind]) == set(allowed)
    with speaking(language_of("de")):
        said = [code_words(kind, code) for code in allowed]
    assert len(set(said)) == len(said)
    assert not any("_" in word for word in said)
    assert code_words(kind, "a code of nobody's") == "a code of nobody's"
