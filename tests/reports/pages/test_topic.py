"""What a page about a subject says of itself."""

from datetime import date
from types import SimpleNamespace

import pytest

from reports.pages import topic
from reports.records import Number, Numbers
from reports.spans import Span
from reports.topics import TOPICS
from tests.reports.made import metric, share


@pytest.mark.parametrize(
    ("unit", "currency", "is_told"),
    [("money", "EUR", True), ("money", None, False), ("percent", "EUR", False)],
)
def test_a_page_with_amounts_names_their_currency(unit, currency, is_told):
    site = SimpleNamespace(stamp=SimpleNamespace(currency=currency))
    number = Number(metric("cost_per_contact", unit=unit), "all", "all", 5.55)
    (cost,) = (one for one in TOPICS if one.id == "cost")
    span, cards = Span("month", date(2026, 10, 1)), [SimpleNamespace(number=number)]
    words = topic._subtitle(site, cost, span, cards)
    assert words[:2] == ["October 2026", cost.question]
    assert words[2:] == (["amounts in EUR"] if is_told else [])


def test_supervisors_of_one_team_each_are_told_by_their_teams_alone():
    (people,) = (one for one in TOPICS if one.id == "people")
    site = SimpleNamespace(scope_name=lambda _kind, scope: f"{scope}!")

    def numbers(*scopes):
        hits = {"team/a": 700, "team/b": 500, "supervisor/x": 500, "supervisor/y": 700}
        return Numbers(
            share(hits.get(s, 1200), 1000, scope=tuple(s.split("/")), metric_id="occupancy")
            for s in scopes
        )

    every = ("team/a", "team/b", "supervisor/x", "supervisor/y")
    tables = topic._breakdowns(site, people, numbers(*every), ["occupancy"])
    assert [table["id"] for table in tables] == ["by-team"]
    tables = topic._breakdowns(site, people, numbers(*every[:3]), ["occupancy"])
    assert [table["id"] for table in tables] == ["by-team", "by-supervisor"]
    turnover = share(30, 1000, scope=("team", "a"), metric_id="agent_turnover")
    more = Numbers([*numbers(*every), turnover])
    tables = topic._breakdowns(site, people, more, ["occupancy", "agent_turnover"])
    assert [table["id"] for table in tables] == ["by-team"]
