"""The site as people open it: from disk, without a network, in every look."""

import re
from itertools import pairwise

import pytest

from reports import format as fmt
from reports.build import _Job, _write_assets, site_of
from reports.language import language_of, speaking
from reports.queries import Reader
from reports.units import Unit
from tests.reports.browsing import (
    LOOKS,
    LOW_CONTRAST,
    Visitor,
    all_seen,
    barriers,
    seen,
    too_wide,
    visit,
)
from tests.reports.centre import NASTY
from tests.reports.test_browser_script import TOLD, VALUES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "days/2026-10-28.html"


@pytest.fixture(scope="module")
def window(one_window, site):
    """Who opens pages, and a window for those that need no look of their own."""
    return visit(one_window, site.index.parent)


@pytest.fixture
def open_page(window):
    """Opens a page offline; afterwards nothing was requested, and nothing went wrong."""
    visitor, page = window

    def opened(name, **look):
        if look:
            return visitor.open(name, **look)
        visit(window, visitor.folder)
        return visitor.go(page, name)

    yield opened
    assert visitor.faults == []


@pytest.fixture
def day_page(open_page, window):
    """The page of a day, opened again only where another was opened since."""
    _, page = window
    return page if page.url.split("#")[0].endswith(DAY) else open_page(DAY)


def test_the_overview_draws_everything_fits_and_keeps_nobody_out(open_page):
    page = open_page("index.html")
    _is_whole(page, "wall", "tablet", "phone")


def test_a_day_opens_from_the_trend_and_leads_to_its_neighbours_in_the_theme_chosen(
    open_page, window
):
    # As the overview was left by the test before.
    page = window[1] if window[1].url.endswith("index.html") else open_page("index.html")
    seen(page.locator("#trend"))
    grid = "getComputedStyle(document.querySelector('#trend .ygrid')).stroke"
    before = page.evaluate(grid)
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(grid) != before
    assert page.evaluate(LOW_CONTRAST) == []
    page.evaluate(
        "() => { const c = document.getElementById('trend');"
        "c.emit('plotly_click', {points: [{customdata: c.data[2].customdata[4]}]}); }"
    )
    page.wait_for_url("**/days/2026-10-24.html")
    page.wait_for_function("document.documentElement.dataset.drawn")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    beside = page.get_by_role("link", name="Sun 25 Oct →")
    assert beside.get_attribute("href") == "../days/2026-10-25.html"
    page.get_by_role("link", name="All", exact=True).click()
    page.wait_for_url("**/index.html", wait_until="commit")


@pytest.mark.soak
def test_the_overview_fits_a_phone_in_the_dark(open_page):
    page = open_page("index.html", **LOOKS["phone"])
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(LOW_CONTRAST) == []
    assert too_wide(page) <= 0
    seen(page.locator("#outcomes"))
    assert NASTY[:8] in page.locator("#outcomes").inner_text()


def test_the_checks_fit_and_keep_nobody_out(open_page):
    _is_whole(open_page("data-quality.html"), "phone")


def test_a_day_draws_everything_fits_and_keeps_nobody_out(open_page):
    _is_whole(open_page(DAY), "phone")


def _is_whole(page, *sizes):
    """Every chart is drawn, texts can be read, and nothing is wider than windows of these sizes."""
    charts = all_seen(page)
    assert barriers(page) == []
    assert page.locator(".chart .main-svg").count() >= charts
    assert page.locator(".chart img, body img").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(LOW_CONTRAST) == []
    assert too_wide(page) <= 0
    if not page.url.endswith("data-quality.html"):
        assert charts >= 5
        assert NASTY[:8] in page.locator("#outcomes").inner_text()
    # A window made larger or smaller, a telephone turned.
    for size in (*sizes, "light"):
        page.set_viewport_size(LOOKS[size]["viewport"])
        page.wait_for_timeout(200)
        assert too_wide(page) <= 0, size


def test_the_keyboard_alone_gets_to_the_content_the_theme_and_the_details(day_page):
    page = day_page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert has_ring(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav.top') !== null")
    theme = page.get_by_role("button", name="Switch to dark colours")
    theme.focus()
    assert has_ring(page)
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert has_ring(page)
    fold = page.locator("details").first
    fold.locator("summary").focus()
    assert has_ring(page)
    page.keyboard.press("Enter")
    assert fold.evaluate("e => e.open")


def test_tables_sort_by_number_and_by_name_with_the_keyboard(day_page):
    page = day_page
    table = page.get_by_role("region", name="Queues", exact=True)
    column = table.locator("thead th").all_inner_texts().index("Contacts")
    heading = table.get_by_role("button", name="Contacts", exact=True)
    cells = table.locator(f"tbody tr > :nth-child({column + 1})")
    heading.focus()
    assert has_ring(page)
    for order in ("descending", "ascending"):
        page.keyboard.press("Enter")
        told = [int(re.sub(r"\D", "", text)) for text in cells.all_inner_texts()]
        assert told == sorted(told, reverse=order == "descending")
        assert table.locator(f"th[aria-sort={order}]").count() == 1
    table.get_by_role("button", name="Queue", exact=True).click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def has_ring(page):
    """Whether one sees where the keyboard is."""
    return page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement);"
        " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; }"
    )


def test_a_number_answers_where_it_comes_from(day_page):
    page = day_page
    box = page.locator("dialog")
    row = page.locator("tr[data-kind=queue]").filter(has_text=NASTY[:8])
    button = row.locator("button.ask[data-metric=service_level]")
    button.focus()
    for keys in ("Shift+Tab", "Tab"):
        page.keyboard.press(keys)
    assert has_ring(page)
    page.keyboard.press("Enter")
    assert box.is_visible()
    inside = "e => document.activeElement === document.body || e.contains(document.activeElement)"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert box.evaluate(inside)
    text = box.inner_text()
    assert "service_level@1" in text
    assert "is_answered and is_within_threshold" in text
    assert f"and scope_id = '{NASTY.replace(chr(39), chr(39) * 2)}'".replace("\u2028", "") in (
        text.replace("\u2028", "")
    )
    assert "local_date = date '2026-10-28'" in text
    assert "callmart calls --metric service_level --scope 'queue=" in text
    assert text.count(button.inner_text()) >= 1
    page.keyboard.press("Escape")
    assert not box.is_visible()
    assert page.evaluate("document.activeElement.dataset.metric") == "service_level"


def test_the_sql_a_page_shows_gives_the_number_it_shows(day_page, warehouse):
    import duckdb

    page = day_page
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for button in page.locator("[data-kind=queue] button.ask").all()[::6]:
            asked = button.evaluate("e => ({...e.dataset})")
            button.click()
            sql = page.locator("dialog [data-of=sql]").text_content()
            page.keyboard.press("Escape")
            numerator, denominator, _ = con.execute(sql).fetchall()[0]
            assert float(numerator) == float(asked["num"])
            assert denominator is None or float(denominator) == float(asked["den"])


def test_a_point_of_a_chart_can_be_asked_too(day_page, warehouse):
    import duckdb

    page = day_page
    seen(page.locator("#service"))
    page.evaluate(
        "() => { const c = document.getElementById('service');"
        "c.emit('plotly_click', {points: [{customdata: c.data[0].customdata[3]}]}); }"
    )
    text = page.locator("dialog").inner_text()
    hits, cases = map(int, re.search(r"%\s+(\d+) / (\d+)", text).groups())
    sql = page.locator("dialog [data-of=sql]").text_content()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        numerator, denominator = con.execute(sql).fetchall()[0]
    assert (hits, cases) == (int(numerator), int(denominator))
    assert "--date 2026-10-28 --interval" in text
    page.keyboard.press("Escape")


def test_the_trends_fit_can_be_read_and_lead_to_their_definitions(open_page):
    page = open_page("trends.html")
    assert barriers(page) == []
    assert page.locator("svg.control").count() >= 15
    assert page.evaluate(LOW_CONTRAST) == []
    for size in ("phone", "tablet", "light"):
        page.set_viewport_size(LOOKS[size]["viewport"])
        assert too_wide(page) <= 0, size
    page.locator("#trend-service_level figcaption a").click()
    page.wait_for_url("**/glossary.html#metric-service_level")
    assert barriers(page) == []
    assert page.evaluate(LOW_CONTRAST) == []
    assert too_wide(page) <= 0


def test_a_subject_is_narrowed_to_a_queue_and_the_address_keeps_it(open_page, warehouse):
    import duckdb

    page = open_page("weeks/2026-W43/service.html")
    assert too_wide(page) <= 0
    assert page.evaluate(LOW_CONTRAST) == []
    card = page.locator("[data-card=service_level]")
    before = card.inner_text()
    choice = page.get_by_label("Show")
    choice.focus()
    assert has_ring(page)
    page.keyboard.type("support")
    assert choice.input_value() == "queue/support"
    card.get_by_role("button", name="Service level").click()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select value, numerator from marts.v_kpi_week where metric_id = 'service_level'"
            " and scope_kind = 'queue' and scope_id = 'support' and local_date = '2026-10-19'"
        ).fetchone()
    assert f"{found[0]:.1f}" in card.inner_text() != before
    assert card.locator("button.ask").get_attribute("data-num") == str(int(found[1]))
    assert (
        page.locator("#course").get_attribute("aria-label").startswith("Service level of this week")
    )
    assert "support" in page.locator("figure h2").first.inner_text()
    drawn = page.evaluate("document.getElementById('course').data[2].y.at(-1)")
    assert drawn == pytest.approx(found[0], rel=1e-4)
    page.wait_for_url("**scope=queue%2Fsupport&metric=service_level**")
    card.locator("button.ask").click()
    assert "and scope_id = 'support'" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Week 44").click()
    page.wait_for_url("**/weeks/2026-W44/service.html#scope=queue%2Fsupport&metric=service_level")
    page.wait_for_function("document.documentElement.dataset.drawn")
    assert page.get_by_label("Show").input_value() == "queue/support"
    page.get_by_label("Show").select_option("all/all")
    page.wait_for_url("**#metric=service_level")
    page.set_viewport_size(LOOKS["phone"]["viewport"])
    page.wait_for_timeout(200)
    assert too_wide(page) <= 0


@pytest.mark.soak
def test_scripts_write_german_as_the_pages_do(browser, warehouse, tmp_path):
    german = language_of("de")
    with speaking(german), Reader(warehouse) as reader:
        site = site_of(reader, "Nordlicht")
        job = _Job(warehouse, tmp_path, site, german)
        list(job.write(reader, Unit((site.spans["month"][-1],), has_topics=True)))
        _write_assets(tmp_path, site.script, german)
    visitor = Visitor(browser, tmp_path)
    page = visitor.open(f"{site.spans['month'][-1].folder}/service.html", **LOOKS["phone"])
    assert page.evaluate("document.documentElement.lang") == "de"
    assert too_wide(page) <= 0
    page.get_by_label("Zeige").select_option("queue/support")
    assert "Ziel" in page.locator("[data-card=service_level] .cmp").first.inner_text()
    with speaking(german):
        assert page.evaluate(VALUES, TOLD) == [fmt.value(*one) for one in TOLD]
    visitor.leave()


SPACE_PX = 4
"""Of an axis, so that two labels are not read as one."""


def test_on_a_phone_the_days_of_an_axis_stand_apart(open_page):
    page = open_page("days/2026-10-28/people.html")
    page.set_viewport_size(LOOKS["phone"]["viewport"])
    page.reload()
    page.locator("#course").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#course .xtick text')")
    ends = page.evaluate(
        "() => [...document.querySelectorAll('#course .xtick text')]"
        ".map((e) => e.getBoundingClientRect()).filter((box) => box.width > 0)"
        ".map((box) => [box.left, box.right])"
    )
    assert len(ends) > 1
    gaps = [left - right for (_, right), (left, _) in pairwise(sorted(ends))]
    assert min(gaps) > SPACE_PX


@pytest.mark.parametrize(("wide", "mark"), [(1047, "#print"), (1400, ""), (700, "")])
def test_on_paper_a_chart_is_as_wide_as_its_card(open_page, wide, mark):
    """Whatever the window was; `#print` is how pages are opened to become PDF."""
    page = open_page(DAY)
    page.set_viewport_size({"width": wide, "height": 800})
    page.evaluate("mark => { location.hash = mark; location.reload(); }", mark)
    page.wait_for_function("document.documentElement.dataset.drawn")
    # As a browser does it: pages are told while they still look as on the screen.
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    widths = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(c => [c.clientWidth,"
        " Number(c.querySelector('.main-svg').getAttribute('width'))])"
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert len(widths) >= 5
    assert [(card, chart) for card, chart in widths if not 0.95 * card < chart <= card + 1] == []


@pytest.mark.soak
def test_print_is_light_landscape_and_within_the_sheet(open_page):
    page = open_page(DAY, **LOOKS["wall"])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("document.querySelector('main').clientWidth") == 1047
    assert page.locator(".chart .main-svg").count() >= page.locator(".chart").count()
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('dialog,.sr,nav,svg')"
        " && e.offsetParent && e.getBoundingClientRect().right > 1048).map(e => e.outerHTML"
        ".slice(0, 80))"
    )
    assert wide == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert b"/MediaBox [0 0 841" in pdf
    # Seven and a bit: letters of another font take more.
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 9
