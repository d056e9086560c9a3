"""What an overview tells of all subjects: what is news and weighs most, each metric once."""

from reports.findings import Finding
from reports.stories import MOST, Story, still_missed, weightiest
from reports.topics import TOPICS

SERVICE, HANDLING, *_ = TOPICS


def finding(metric, weight, **more):
    return Finding(metric, "words", weight, metric=metric, **more)


def test_the_weightiest_of_all_subjects_come_first_and_old_misses_not_at_all():
    found = {
        "service": Story((finding("a", 50), finding("b", 90, is_news=False))),
        "handling": Story((finding("c", 70),)),
    }
    told = weightiest(TOPICS, found)
    assert [(t.topic, t.finding.metric) for t in told] == [(HANDLING, "c"), (SERVICE, "a")]


def test_goals_missed_for_longer_stand_beside_the_news():
    found = {
        "service": Story((finding("a", 50), finding("b", 33, is_news=False))),
        "handling": Story((finding("c", 34, is_news=False), finding("b", 90))),
    }
    assert [t.finding.metric for t in still_missed(TOPICS, found)] == ["c", "b"]
    assert [t.finding.metric for t in weightiest(TOPICS, found)] == ["a"]


def test_a_metric_of_two_subjects_is_told_where_it_leads():
    found = {"service": Story((finding("a", 50),)), "handling": Story((finding("a", 60),))}
    (told,) = weightiest(TOPICS, found)
    assert told.topic is SERVICE


def test_no_more_than_a_few_are_told():
    found = {
        topic.id: Story(tuple(finding(f"{topic.id}-{n}", 10 * place + n) for n in range(4)))
        for place, topic in enumerate(TOPICS[:5])
    }
    told = weightiest(TOPICS, found)
    assert [t.finding.weight for t in told] == [43, 42, 33, 32, 23, 22][:MOST]
    assert weightiest(TOPICS, {}) == []
