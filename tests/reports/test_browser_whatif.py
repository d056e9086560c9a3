"""What if: the page's script works out the agents that the program's own formulas say."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.erlang import with_shrinkage
from reports.build import _write_assets
from reports.forecasting.staffing import Asked, Limit, agents_a, agents_c
from reports.language import language_of
from reports.outlooks import GroupOutlook, read
from reports.pages import outlook
from reports.pages.frame import Site
from reports.pages.render import render
from reports.records import Stamp, Trust
from tests.reports.browsing import LOW_CONTRAST, barriers, too_wide, visit
from tests.reports.test_outlooks import DAYS, FIRST, Reading

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GRID = [
    ([(contacts, handle_s, threshold_s, goal), *more], patience_s, short_s)
    for contacts, handle_s in ((0.02, 30), (1.7, 311), (37.5, 412.5), (900, 600), (9_500, 800))
    for threshold_s, goal, patience_s, short_s in ((20, 0.8, 180, 5), (120, 0.95, 25, 0))
    for more in ([], [(contacts / 3, 2 * handle_s, 45, 0.7)])
    if contacts < 9_000 or not more
]
"""Small loads to one of 8,400 agents, one queue and two."""

WEEKS = """() => [...document.querySelectorAll("#whatif-weeks tbody tr")]
  .map((row) => [...row.cells].map((cell) => cell.textContent))"""


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.fixture(scope="module")
def page(one_window, tmp_path_factory):
    """The page of a made-up group, opened from disk, and what it was made of."""
    folder = tmp_path_factory.mktemp("whatif")
    now = datetime(2026, 2, 9, 7, tzinfo=UTC)
    site = Site(
        "Nordlicht", Stamp(7, "r-7", "0.1.0", now, now, "Europe/Dublin"), Trust(), {}, {}, {},
        [FIRST], "plotly.js",
    )  # fmt: skip
    _write_assets(folder, site.script, language_of("en"))
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    found = read(Reading(), days)  # ty: ignore[invalid-argument-type]
    text = render("outlook.html.j2", outlook.context(site, found))
    (folder / "outlook.html").write_text(text, encoding="utf-8")
    visitor, tab = visit(one_window, folder)
    return visitor.go(tab, "outlook.html"), found


def test_the_script_s_agents_are_those_of_erlang_c_and_a(page):
    told = page[0].evaluate(
        "grid => grid.map(([limits, patience, short]) => { const e = callmartErlang,"
        " a = e.asked(limits), c = e.agentsC(a);"
        " return [c, e.agentsA(a, patience, short, 1), e.agentsA(a, patience, short, c),"
        " e.planned(c, 0.3)]; })",
        GRID,
    )
    for (limits, patience_s, short_s), found in zip(GRID, told, strict=True):
        asked = Asked.of([Limit(*limit) for limit in limits])
        assert asked
        calm, patient = agents_c(asked), agents_a(asked, patience_s, short_s, agents_c(asked) or 1)
        assert calm
        assert found == [calm, patient, patient, with_shrinkage(calm, 0.3)], limits


def _hours_of_a_fifth_more(group: GroupOutlook) -> float:
    """Agent hours of the first week by Erlang A, with 20 % more contacts."""
    found = 0
    for day in range(7):
        for slot, base in enumerate(group.asked[day]):
            limits = [
                Limit(1.2 * q.forecast[day][slot], q.handle_s[slot] or 0, q.threshold_s or 0,
                      q.goal or 0)
                for q in group.queues
            ]  # fmt: skip
            asked = Asked.of(limits) if base else None
            patience_s = round(group.patience_s or 0)
            found += (agents_a(asked, patience_s, group.short_s) or 0) if asked else 0
    return found / 4


def test_the_base_is_the_forecast_s_and_settings_are_kept_by_the_address(page):
    tab, found = page
    (group,) = found.groups
    hours = [sum(sum(day) for day in group.required[n : n + 7]) / 4 for n in range(0, 28, 7)]
    base = tab.evaluate(WEEKS)
    for row, week in zip(base, hours, strict=True):
        assert row[2] == row[3]
        assert number(row[3]) == pytest.approx(week, abs=0.051)
    tab.get_by_label("Shrinkage").fill("20")
    tab.wait_for_function("/shrinkage=20/.test(location.hash)")
    for row, week in zip(tab.evaluate(WEEKS), hours, strict=True):
        assert number(row[6]) == pytest.approx(week / 0.8, abs=0.051)
    tab.get_by_label("Volume").fill("20")
    tab.get_by_label("Callers").select_option("a")
    tab.wait_for_function("/volume=20/.test(location.hash) && /model=a/.test(location.hash)")
    shown = tab.evaluate(WEEKS)
    assert number(shown[0][3]) == pytest.approx(_hours_of_a_fifth_more(group), abs=0.051)
    assert shown[0][2] == base[0][2]
    tab.reload()
    tab.wait_for_function("document.documentElement.dataset.drawn")
    assert tab.evaluate(WEEKS) == shown
    assert tab.evaluate(LOW_CONTRAST) == []
    assert barriers(tab) == []
    tab.set_viewport_size({"width": 390, "height": 800})
    assert too_wide(tab) <= 0
    tab.get_by_role("button", name="Back to the base").click()
    assert tab.evaluate(WEEKS) == base
    assert "volume" not in tab.url
