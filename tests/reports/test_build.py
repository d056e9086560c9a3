"""The site as files: complete, small, safe, and equal to the warehouse."""

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from reports import format as fmt
from reports.build import build_site
from reports.errors import ReportError

LAST = "2026-10-28"
SINGLE = ("index.html", "trends.html", "outlook.html", "glossary.html", "data-quality.html")
WITHOUT_GLOSSARY = ("data-quality.html", "trends.html", "outlook.html")


class _Page(HTMLParser):
    """Elements, identifiers, links and questioned numbers of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.asked: list[tuple[dict, str]] = []
        self._open: dict | None = None
        self._row: dict = {}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "tr":
            self._row = found
        if tag == "button" and found.get("class") == "ask":
            self._open = self._row | found if "data-kind" not in found else found
            self.asked.append((self._open, ""))

    def handle_endtag(self, tag):
        if tag == "button":
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self.asked[-1] = (self._open, self.asked[-1][1] + data)


def test_there_is_an_overview_a_page_of_checks_and_pages_for_each_day_week_and_month(site):
    spans = [f"days/2026-10-{day}" for day in range(20, 29)]
    spans += ["weeks/2026-W43", "weeks/2026-W44", "months/2026-10"]
    subjects = [
        f"{span}/{name}.html" for span in spans for name in ("service", "handling", "people")
    ]
    overviews = [f"{span}.html" for span in spans]
    assert sorted(site.pages) == sorted([*SINGLE, *overviews, *subjects])
    folder = site.index.parent
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*")) == sorted(
        site.files
    )


def test_subjects_without_data_have_no_page_and_the_first_page_says_what_they_need(site):
    text = site.index.read_text(encoding="utf-8")
    missing = text[text.index('id="missing-title"') :]
    for subject in ("Customers", "Quality", "Self-service", "Digital", "Outbound", "Complaints"):
        assert f"<b>{subject}</b>" in missing
    assert "<b>Service</b>" not in missing
    assert "Needs answers of surveys." in missing


def test_pages_are_small_and_share_one_script(site):
    folder = site.index.parent
    assert max((folder / page).stat().st_size for page in site.pages) < 1_000_000
    assert len(list(folder.glob("**/plotly*.js"))) == 1


def test_pages_fetch_nothing_from_elsewhere_and_run_no_inline_code(site):
    for page in site.pages:
        text = (site.index.parent / page).read_text(encoding="utf-8")
        for tag, attrs in _Page(site.index.parent / page).tags:
            link = attrs.get("src") or attrs.get("href") or ""
            assert not re.match(r"(https?:)?//", link), (page, link)
            assert not [a for a in attrs if a.startswith("on")], (page, tag, attrs)
            if tag == "script" and "src" not in attrs:
                assert attrs["type"] == "application/json"
        assert "http://" not in text
        assert "https://" not in text


def test_links_lead_to_pages_that_exist(site):
    for page in site.pages:
        path = site.index.parent / page
        found = _Page(path)
        identifiers = {a["id"] for _, a in found.tags if "id" in a}
        for _, attrs in found.tags:
            link = attrs.get("src") or attrs.get("href") or ""
            if link.startswith("#"):
                assert link[1:] in identifiers, (page, link)
            elif link and not link.startswith("data:"):
                assert (path.parent / link.partition("#")[0]).is_file(), (page, link)


def test_too_short_a_past_has_no_forecast_and_says_so(site):
    text = (site.index.parent / "outlook.html").read_text(encoding="utf-8")
    assert "There is no forecast yet" in text
    assert re.search(r"sales \(sales · voice\): [89] days so far", text)
    assert "whatif-form" not in text


def test_every_page_leads_to_trends_and_glossary_and_each_chart_to_its_definition(site):
    folder = site.index.parent
    for page in (*SINGLE, f"days/{LAST}.html", "weeks/2026-W43/handling.html"):
        links = [a.get("href") for tag, a in _Page(folder / page).tags if tag == "a"]
        root = "../" * page.count("/")
        wanted = {f"{root}{name}.html" for name in ("trends", "outlook", "glossary")}
        assert wanted <= set(links), page
    defined = {a["id"] for _, a in _Page(folder / "glossary.html").tags if "id" in a}
    links = [a.get("href", "") for tag, a in _Page(folder / "trends.html").tags if tag == "a"]
    asked = {link.partition("#")[2] for link in links if link.startswith("glossary.html#")}
    assert "metric-service_level" in asked <= defined


def test_names_from_outside_are_text_on_every_page(site):
    for page in site.pages:
        text = (site.index.parent / page).read_text(encoding="utf-8")
        assert "<img" not in text, page
        assert text.count("</script>") == text.count("<script"), page
    overview = site.index.read_text(encoding="utf-8")
    assert "&lt;/script&gt;&lt;img" in overview
    assert "Nordlicht &amp; Söhne" in overview


def _told(row: tuple) -> str:
    value, unit = row
    return "".join(fmt.number_and_unit(fmt.value(value, unit)))


def _asked_for(found: dict) -> tuple[str, str, str]:
    return found["data-metric"], found["data-kind"], found["data-id"]


@pytest.mark.parametrize(
    ("page", "grain", "first"),
    [
        (f"days/{LAST}.html", "day", LAST),
        (f"days/{LAST}/service.html", "day", LAST),
        ("weeks/2026-W43.html", "week", "2026-10-19"),
        ("weeks/2026-W43/handling.html", "week", "2026-10-19"),
        ("months/2026-10/people.html", "month", "2026-10-01"),
    ],
)
def test_every_number_of_a_page_equals_the_warehouse(site, warehouse, page, grain, first):
    asked = _Page(site.index.parent / page).asked
    assert len(asked) >= 12
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            "select metric_id, scope_kind, scope_id, numerator, denominator, value, unit"
            f" from marts.v_kpi_{grain} where local_date = ?",
            [first],
        ).fetchall()
    known = {row[:3]: row[3:] for row in rows}
    for attrs, text in asked:
        numerator, denominator, value, unit = known[_asked_for(attrs)]
        for name, part in (("data-num", numerator), ("data-den", denominator)):
            assert (name in attrs) == (part is not None)
            assert part is None or float(attrs[name]) == float(part)
        assert text == _told((value, unit))


def test_every_number_of_the_overview_is_recomputed_from_the_sums_of_its_parts(site, warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as con:
        units = dict(con.execute("select metric_id, unit from ops.metric_definition").fetchall())
        rows = con.execute(
            "select metric_id, scope_kind, scope_id, sum(numerator), sum(denominator)"
            " from marts.kpi_day group by all"
        ).fetchall()
    known = {row[:3]: row[3:] for row in rows}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        waits = con.execute(
            "select quantile_cont(wait_ms / 1000, 0.9) from core.fact_queue_visit"
            " where is_answered and not is_consult"
        ).fetchone()
    for attrs, text in _Page(site.index).asked:
        numerator, denominator = known[_asked_for(attrs)]
        unit = units[attrs["data-metric"]]
        if numerator is None:
            assert _asked_for(attrs) == ("wait_p90", "all", "all")
            numerator = waits[0]
        value = float(numerator) if denominator is None else float(numerator) / float(denominator)
        assert text == _told((value * 100 if unit == "percent" else value, unit)), attrs


def test_the_stamp_the_glossary_and_the_note_are_on_every_page(site):
    for page in site.pages:
        text = (site.index.parent / page).read_text(encoding="utf-8")
        assert "Publication 7" in text
        assert "times in Europe/Berlin" in text
        assert "Can these numbers be trusted?" in text
        assert "7,920 lines read = 7,917 loaded + 2 quarantined + 1 left out" in text
        if page not in WITHOUT_GLOSSARY:
            assert "@1</code>" in text
            assert "callmart calls --metric" in text
        if page not in WITHOUT_GLOSSARY and page.count("/") < 2:
            assert "service_level@1" in text
        if page not in SINGLE[1:] and page.count("/") < 2:
            assert "it is assumed" in text


def test_the_page_of_checks_shows_every_check_file_and_feed(site):
    text = (site.index.parent / "data-quality.html").read_text(encoding="utf-8")
    for word in ("visit_key_unique", "wait_in_range", "balance", "the trunk was replaced",
                 "landing/pbx/queue_log", "not a log of Asterisk", "pbx/cel", "missing",
                 "fewer than 5 fields", "select 1 from t where a &lt; 2"):  # fmt: skip
        assert word in text, word


def test_no_warehouse_and_no_data_are_said_plainly(tmp_path):
    with pytest.raises(ReportError, match=r"publish one first with `callmart run`"):
        build_site(tmp_path / "none.duckdb", tmp_path / "out")
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.kpi_day as select date '2026-01-01' as local_date, 'UTC' as zone,"
            " 'all' as scope_kind, 'attempts' as metric_id, 0 as numerator"
        )
    with pytest.raises(ReportError, match=r"holds no day with data"):
        build_site(tmp_path / "empty.duckdb", tmp_path / "out")
