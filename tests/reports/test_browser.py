"""The site as people open it: from disk, without a network, in every look."""

import re
from itertools import product

import pytest

from reports import format as fmt
from tests.reports.centre import NASTY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "days/2026-10-28.html"
PAGES = ("index.html", DAY, "data-quality.html")
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1300, "height": 900}},
    "tablet": {"color_scheme": "light", "viewport": {"width": 820, "height": 1100}},
    "phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}},
    "wall": {"color_scheme": "dark", "viewport": {"width": 2560, "height": 1300}},
}

# Texts with less than the 4.5:1 of WCAG AA against what is behind them.
LOW_CONTRAST = """() => {
  const one = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = {};
  const rgb = (c) => seen[c] ||= (one.clearRect(0, 0, 1, 1), one.fillStyle = c,
    one.fillRect(0, 0, 1, 1), [...one.getImageData(0, 0, 1, 1).data]);
  const light = (c) => { const [r, g, b] = rgb(c).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const back = (e) => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] > 250) return c; }
    return "#fff"; };
  const bad = [];
  const texts = "h1,h2,p,td,th,.pill,.cmp *,summary,.sub,a,button,.legend span,.notes span";
  for (const e of document.querySelectorAll(texts)) {
    if (!e.textContent.trim() || !e.offsetParent || e.closest(".chart")) continue;
    const a = light(getComputedStyle(e).color), b = light(back(e));
    const r = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (r < 4.5) bad.push([e.className || e.tagName, e.textContent.trim().slice(0, 30), r]);
  }
  return bad; }"""


class Visitor:
    """Opens pages offline and writes down what goes wrong, and what is asked of a network."""

    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder
        self.contexts, self.faults = [], []

    def open(self, name: str, **look):
        context = self.browser.new_context(offline=True, **(look or LOOKS["light"]))
        self.contexts.append(context)
        # What is asked is whether a page is right; a busy machine may take its time.
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("console", lambda m: self.faults.append(m.text) if m.type != "log" else None)
        page.on("pageerror", lambda e: self.faults.append(str(e)))
        page.on("dialog", lambda d: self.faults.append(f"dialog: {d.message}"))
        page.on("request", self._asked)
        page.goto((self.folder / name).as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        return page

    def _asked(self, request):
        if not request.url.startswith(("file:", "data:")):
            self.faults.append(request.url)

    def leave(self):
        for context in self.contexts:
            context.close()
        assert self.faults == []


@pytest.fixture
def open_page(browser, site):
    """Opens a page offline; afterwards nothing was requested, and nothing went wrong."""
    visitor = Visitor(browser, site.index.parent)
    yield visitor.open
    visitor.leave()


@pytest.fixture(scope="module")
def day_page(browser, site):
    """The page of a day, opened once: its chart library takes seconds to start."""
    visitor = Visitor(browser, site.index.parent)
    yield visitor.open(DAY)
    visitor.leave()


@pytest.mark.parametrize(
    ("name", "look"),
    [
        *((name, "light") for name in PAGES),
        pytest.param("index.html", "phone", marks=pytest.mark.soak),
    ],
)
def test_a_page_draws_everything_fits_and_can_be_read(open_page, day_page, name, look):
    page = day_page if name == DAY else open_page(name, **LOOKS[look])
    charts = page.locator(".chart").count()
    if look == "light":
        for chart in page.locator(".chart").all():
            seen(chart)
        assert page.locator(".chart .main-svg").count() >= charts
    assert page.locator(".chart img, body img").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == LOOKS[look]["color_scheme"]
    assert page.evaluate(LOW_CONTRAST) == []
    assert too_wide(page) <= 0
    if name != "data-quality.html":
        assert charts >= 5
        seen(page.locator("#outcomes"))
        assert NASTY[:8] in page.locator("#outcomes").inner_text()
    # A window made larger or smaller, a telephone turned.
    sizes = ("wall", "tablet", "phone", "light") if look == "light" else ()
    for size in (LOOKS[size] for size in sizes):
        page.set_viewport_size(size["viewport"])
        page.wait_for_timeout(300)
        assert too_wide(page) <= 0, f"{name} at {size['viewport']}"


def test_the_trends_fit_can_be_read_and_lead_to_their_definitions(open_page):
    page = open_page("trends.html")
    assert page.locator("svg.control").count() >= 15
    assert page.evaluate(LOW_CONTRAST) == []
    for size in ("phone", "tablet", "light"):
        page.set_viewport_size(LOOKS[size]["viewport"])
        assert too_wide(page) <= 0, size
    page.locator("#trend-service_level figcaption a").click()
    page.wait_for_url("**/glossary.html#metric-service_level")
    assert page.evaluate(LOW_CONTRAST) == []
    assert too_wide(page) <= 0


def seen(chart):
    """Scroll to a chart: it is drawn when it is about to be seen."""
    chart.scroll_into_view_if_needed()
    chart.locator(".main-svg").first.wait_for()


def too_wide(page):
    """Pixels by which a page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_tables_sort_by_number_and_by_name_with_the_keyboard(day_page):
    page = day_page
    table = page.get_by_role("region", name="Queues", exact=True)
    column = table.locator("thead th").all_inner_texts().index("Calls")
    heading = table.get_by_role("button", name="Calls", exact=True)
    cells = table.locator(f"tbody tr > :nth-child({column + 1})")
    heading.focus()
    for order in ("descending", "ascending"):
        page.keyboard.press("Enter")
        told = [int(re.sub(r"\D", "", text)) for text in cells.all_inner_texts()]
        assert told == sorted(told, reverse=order == "descending")
        assert table.locator(f"th[aria-sort={order}]").count() == 1
    table.get_by_role("button", name="Queue", exact=True).click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def test_a_number_answers_where_it_comes_from(day_page):
    page = day_page
    box = page.locator("dialog")
    row = page.locator("tr[data-kind=queue]").filter(has_text=NASTY[:8])
    button = row.locator("button.ask[data-metric=service_level]")
    button.focus()
    page.keyboard.press("Enter")
    assert box.is_visible()
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
        for button in page.locator("[data-kind=queue] button.ask").all()[::3]:
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


def test_a_day_opens_from_the_trend_and_leads_to_its_neighbours_in_the_theme_chosen(open_page):
    page = open_page("index.html")
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
    page.get_by_role("link", name="Sun 25 Oct →").click()
    page.wait_for_url("**/days/2026-10-25.html")
    page.get_by_role("link", name="All", exact=True).click()
    page.wait_for_url("**/index.html")


def test_a_subject_is_narrowed_to_a_queue_and_the_address_keeps_it(open_page, warehouse):
    import duckdb

    page = open_page("weeks/2026-W43/service.html")
    assert too_wide(page) <= 0
    assert page.evaluate(LOW_CONTRAST) == []
    card = page.locator("[data-card=service_level]")
    before = card.inner_text()
    page.get_by_label("Show").select_option("queue/support")
    card.get_by_role("button", name="Service level").click()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select value, numerator from marts.v_kpi_week where metric_id = 'service_level'"
            " and scope_kind = 'queue' and scope_id = 'support' and local_date = '2026-10-19'"
        ).fetchone()
    assert f"{found[0]:.1f}" in card.inner_text() != before
    assert card.locator("button.ask").get_attribute("data-num") == str(int(found[1]))
    assert page.locator("#course").get_attribute("aria-label").startswith("Service level over")
    assert "support" in page.locator("figure h2").first.inner_text()
    drawn = page.evaluate("document.getElementById('course').data[2].y.at(-1)")
    assert drawn == pytest.approx(found[0], rel=1e-4)
    assert "scope=queue%2Fsupport&metric=service_level" in page.url
    card.locator("button.ask").click()
    assert "and scope_id = 'support'" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Week 44").click()
    page.wait_for_url("**/weeks/2026-W44/service.html#scope=queue%2Fsupport&metric=service_level")
    page.wait_for_function("document.documentElement.dataset.drawn")
    assert page.get_by_label("Show").input_value() == "queue/support"
    page.get_by_label("Show").select_option("all/all")
    assert page.url.endswith("#metric=service_level")
    page.set_viewport_size(LOOKS["phone"]["viewport"])
    page.wait_for_timeout(300)
    assert too_wide(page) <= 0
    # What the script writes is what the pages write.
    units = ("percent", "seconds", "per_hour", "count", "points", "number", "money")
    numbers = (0, 0.049, 4.55, 59.94, 59.96, 61.2, -3.2, 3725.4, 99_999.6, 1_234_567.891)
    for unit, number in product(units, numbers):
        if unit != "count" or number == round(number):
            assert page.evaluate("a => callmart.value(...a)", [number, unit]) == fmt.value(
                number, unit
            ), (number, unit)


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
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 8
