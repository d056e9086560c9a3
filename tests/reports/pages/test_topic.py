"""What a page about a subject says of itself."""

from datetime import date
from types import SimpleNamespace

import pytest

from reports.pages import topic
from reports.records import Number
from reports.spans import Span
from reports.topics import TOPICS
from tests.reports.made import metric


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
