"""Rows of tables as HTML: every part is escaped, every number can be asked about."""

from dataclasses import replace
from html.parser import HTMLParser

from markupsafe import Markup

from reports.pages import cells
from reports.pages.render import STATES
from reports.pages.tables import Cell
from tests.reports.centre import NASTY
from tests.reports.made import share


class _Parsed(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def of(*row):
    return _Parsed(str(cells.row(row)))


def test_what_came_from_outside_is_text_in_every_kind_of_cell():
    number = share(8, 10, scope=("queue", NASTY))
    found = of(
        Cell(NASTY, sort=NASTY), Cell(NASTY, number=number, mood="bad"), Cell(NASTY),
        Cell(NASTY, href=NASTY), Cell(NASTY, picture=Markup("<svg></svg>")),
        Cell(state=("good", "●", NASTY)),
    )  # fmt: skip
    tags = [tag for tag, _ in found.tags]
    assert "img" not in tags
    assert "script" not in tags
    assert found.text.count("onerror") == 6
    whose = dict(found.tags)["tr"]
    assert whose == {"data-kind": "queue", "data-id": NASTY}
    assert dict(found.tags)["a"] == {"href": NASTY}
    assert dict(found.tags)["th"]["data-v"] == NASTY


def test_a_number_can_be_asked_about_alone_and_in_a_row():
    number = share(8, 10, scope=("queue", "sales"))
    (_, alone), *small = _Parsed(str(cells.ask(number, "80.0\u202f%"))).tags
    assert alone == {
        "class": "ask", "data-metric": "service_level", "data-kind": "queue", "data-id": "sales",
        "data-num": "8", "data-den": "10",
    }  # fmt: skip
    assert [tag for tag, _ in small] == ["small"]
    in_row = of(Cell("sales"), Cell("80", number=number))
    assert in_row.tags[0] == ("tr", {"data-kind": "queue", "data-id": "sales"})
    assert "data-kind" not in in_row.tags[-1][1]


def test_a_missed_goal_has_a_shape_and_words():
    number = share(8, 10)
    found = of(Cell("all"), Cell("80", number=number, mood="bad", faint=True, sort=80.0))
    assert found.text == "all■misses its goal: 80"
    assert ("td", {"class": "faint ", "data-v": "80.0"}) in found.tags


def test_pictures_bars_and_states_have_words_or_none():
    found = of(
        Cell("all"), Cell("half", picture=Markup("<svg></svg>")), Cell(bar=50.0, mark=80.0),
        Cell(state=STATES["met"], left=True), Cell(bar=0.0),
    )  # fmt: skip
    assert found.text == "allhalf● met"
    tags = [tag for tag, _ in found.tags]
    assert tags.count("i") == 2
    assert tags.count("em") == 1
    assert ("em", {"style": "left:80.00%"}) in found.tags


def test_a_number_that_is_known_of_few_of_its_cases_carries_a_sign():
    number = share(80, 100)
    rows = {
        coverage: [Cell("sales"), Cell("80", number=replace(number, coverage=coverage))]
        for coverage in (None, 0.95, 0.9, 0.16, 0.0)
    }
    signed = {coverage: "°" in of(*row).text for coverage, row in rows.items()}
    assert signed == {None: False, 0.95: False, 0.9: False, 0.16: True, 0.0: True}
    assert "known of 16\u202f%" in of(*rows[0.16]).text
    assert cells.any_partial([rows[0.95], rows[0.16]])
    assert not cells.any_partial([rows[0.95], rows[None]])
