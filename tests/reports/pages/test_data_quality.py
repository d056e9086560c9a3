"""The page of checks at a centre of many files."""

from datetime import UTC, date, datetime

from reports.pages import data_quality
from reports.pages.frame import Site
from reports.pages.render import render
from reports.records import Stamp, Trust

NOW = datetime(2026, 2, 9, 7, tzinfo=UTC)


def file(number: int, **more):
    return {
        "path": f"landing/pbx/{number:03d}.csv", "source": "pbx", "feed": "calls", "message": None,
        "status": "loaded", "n_read": 9, "n_loaded": 9, "n_quarantined": 0, "n_skipped": 0,
        "first_at": NOW, "last_at": NOW, "loaded_at": NOW, **more,
    }  # fmt: skip


def test_files_to_look_at_come_first_and_many_are_folded_away():
    odd = [file(97, status="unread"), file(98, n_quarantined=1, n_loaded=8)]
    trust = Trust(files=[*map(file, range(97)), *odd])
    stamp = Stamp(7, "r-7", "0.1.0", NOW, NOW, "Europe/Dublin")
    site = Site("Nordlicht", stamp, trust, {}, {}, {}, [date(2026, 2, 8)], "plotly.js")
    page = render("data_quality.html.j2", data_quality.context(site))
    first, _, folded = page.partition("<summary>59 more</summary>")
    assert first.index("097.csv") < first.index("098.csv") < first.index("000.csv")
    assert first.count("<code>landing/") == 40
    assert folded.count("<code>landing/") == 59


def test_a_year_of_files_is_in_the_files_of_the_page():
    trust = Trust(files=[*map(file, range(700)), file(701, status="unread", message="=2+2")])
    stamp = Stamp(7, "r-7", "0.1.0", NOW, NOW, "Europe/Dublin")
    site = Site("Nordlicht", stamp, trust, {}, {}, {}, [date(2026, 2, 8)], "plotly.js")
    context = data_quality.context(site)
    page = render("data_quality.html.j2", context)
    assert page.count("<code>landing/") == 640
    assert "61 files more are in the table" in page
    files, checks = (rows.frame for rows in context["rows_beside"])
    assert (files.height, checks.height) == (701, 0)
    assert files["n_read"].sum() == 701 * 9
    assert files["first_at"][0] == NOW.replace(tzinfo=None)
