"""The dialog leads to the file with the calls behind a number, and says how to filter it."""

import csv
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.reports.browsing import visit
from tests.reports.centre import NASTY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def asked(window, site, path, selector):
    """The open dialog of a number; the button that opened it."""
    visitor, page = visit(window, site.index.parent)
    visitor.go(page, path)
    button = page.locator(selector).first
    button.focus()
    page.keyboard.press("Enter")
    return page.locator("dialog"), button


def rows_of(link):
    file = Path(unquote(urlsplit(link.evaluate("e => e.href")).path))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_file_filtered_as_the_dialog_says_holds_the_number(one_window, site):
    row = "tr[data-kind=queue]"
    box, button = asked(
        one_window, site, "days/2026-10-28.html", f"{row} button.ask[data-metric=service_level]"
    )
    words = box.locator("[data-of=lists] code").inner_text()
    queue = words.split("queue = ", 1)[1].split(", service_level", 1)[0]
    assert words.endswith("service_level = 1 or 0")
    rows = rows_of(box.get_by_role("link", name="visit.csv"))
    counted = Counter(row["service_level"] for row in rows if row["queue"] == queue)
    parts = [int(button.get_attribute(f"data-{part}")) for part in ("num", "den")]
    assert [counted["1"], counted["1"] + counted["0"]] == parts
    assert any(row["queue"].startswith(NASTY[:8]) for row in rows)


@pytest.mark.soak
def test_a_subject_s_page_leads_there_too_and_a_week_s_to_each_of_its_days(one_window, site):
    figure = ".kpi button.ask[data-metric=average_speed_of_answer]"
    box, _ = asked(one_window, site, "days/2026-10-28/service.html", figure)
    assert "sums" in box.locator("[data-of=lists]").inner_text()
    assert rows_of(box.get_by_role("link", name="visit.csv"))
    box, _ = asked(one_window, site, "weeks/2026-W43.html", ".kpi button.ask[data-metric=offered]")
    links = box.locator("[data-of=lists] a").all()
    assert len(links) == 6
    assert all(rows_of(link) for link in links)
    assert "callmart calls --metric offered --period 2026-W43" in box.inner_text()


@pytest.mark.soak
def test_a_number_without_a_list_shows_the_command_alone(one_window, site):
    box, _ = asked(one_window, site, "index.html", ".kpi button.ask[data-metric=offered]")
    assert not box.locator(".lists").is_visible()
    assert "callmart calls --metric offered --from 2026-10-20 --to 2026-10-28" in box.inner_text()
