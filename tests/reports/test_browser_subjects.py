"""Every kind of page of a centre that has everything: opened from disk, in every look."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports import build
from reports import format as fmt
from reports.language import language_of
from reports.outputs.writer import Writer
from reports.pages.render import render
from reports.queries import Reader
from reports.spans import Span, spans_of
from reports.topics import TOPICS
from reports.units import Unit, pages_of
from tests.reports.browsing import (
    CUT,
    LOOKS,
    LOW_CONTRAST,
    Visitor,
    all_seen,
    barriers,
    too_wide,
    visit,
)  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONTH = Span("month", date(2025, 11, 1))
WEEKS = [Span("week", date(2025, 11, day)) for day in (3, 10, 17, 24)]
"""Those that the courses of the month are drawn of."""
SUBJECTS = [topic.id for topic in TOPICS]
ALWAYS = ("service", "people", "self-service")
"""With a course, with funnels, with paths; all others are asked the same in the soak."""
OTHERS = [
    *("index.html", "trends.html", "outlook.html", "glossary.html", "data-quality.html"),
    *("days/2025-11-30.html", "weeks/2025-W48.html", "months/2025-11.html"),
]
WITH_AXE = {"people"}
"""A subject that has all that such a page has."""


@pytest.fixture(scope="module")
def month(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a month, with their files; the shortest time in which every subject is told."""
    out = tmp_path_factory.mktemp("subjects")
    with (
        Reader((published / "warehouse.duckdb").resolve()) as reader,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(build, "spans_of", lambda _: {"day": [], "week": WEEKS, "month": [MONTH]})
        # A sum over all rows, which only another publication would ask for.
        patch.setattr(build, "fingerprints", lambda *_: {MONTH: "0"})
        site = replace(
            build.site_of(reader, "Corrib Broadband"), spans={"week": WEEKS, "month": [MONTH]}
        )
        build._write_assets(out, site.script, language_of("en"))
        writer = Writer(out, site)
        for path, template, context in pages_of(reader, site, Unit((MONTH,), has_topics=True)):
            files, _ = writer.page(context)
            build._write(out / path, render(template, context | {"downloads": files}))
    return out


@contextmanager
def visiting(browser, folder: Path, look: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, folder)
    yield visitor
    visitor.leave()


@pytest.fixture(scope="module")
def window(one_window, month: Path) -> tuple[Visitor, Any]:
    """One window for all subjects."""
    return visit(one_window, month)


@pytest.fixture(scope="module")
def told(published: Path) -> dict[tuple[str, str, str], tuple[float, float]]:
    """(metric, kind of scope, scope) -> value and numerator of the month, from the warehouse."""
    with duckdb.connect(str((published / "warehouse.duckdb").resolve()), read_only=True) as con:
        rows = con.execute(
            "select metric_id, scope_kind, scope_id, value, numerator::double "
            "from marts.v_kpi_month where local_date = ? and value is not null",
            [MONTH.first],
        ).fetchall()
    return {(metric, kind, scope): (value, part) for metric, kind, scope, value, part in rows}


def test_every_subject_has_a_page(month: Path) -> None:
    assert sorted(p.stem for p in (month / "months/2025-11").glob("*.html")) == sorted(SUBJECTS)


@pytest.mark.parametrize(
    "subject",
    [s if s in ALWAYS else pytest.param(s, marks=pytest.mark.soak) for s in SUBJECTS],
)
def test_a_subject_tells_the_warehouse_s_numbers_narrows_and_sorts(window, told, subject) -> None:
    visitor, page = window
    visitor.go(page, f"months/2025-11/{subject}.html")
    assert page.locator(".chart").count() >= 1
    _tells(page, told, "all", "all")
    assert page.evaluate(LOW_CONTRAST) == []
    if subject in WITH_AXE:
        assert barriers(page) == []
    _narrows(page, told, reloads=subject == "service")
    _sorts(page)
    assert too_wide(page) <= 0
    page.set_viewport_size(LOOKS["phone"]["viewport"])
    assert too_wide(page) <= 0
    page.set_viewport_size(LOOKS["light"]["viewport"])
    assert visitor.faults == []


def _tells(page, told, kind: str, scope: str) -> int:
    """Every card shown has the warehouse's number; how many there are."""
    shown = page.evaluate(
        "() => [...document.querySelectorAll('[data-card]:not([hidden]) button.ask')]"
        ".map((e) => [e.dataset.metric, e.textContent, e.dataset.num,"
        " document.getElementById('page-data') && callmart.page.metrics[e.dataset.metric].unit])"
    )
    for metric, text, part, unit in shown:
        if (metric, kind, scope) not in told:
            assert text == fmt.UNKNOWN, metric
            continue
        value, numerator = told[metric, kind, scope]
        assert text == fmt.value(value, unit), (metric, kind, scope)
        if part is not None and numerator is not None:
            assert float(part) == pytest.approx(numerator), (metric, kind, scope)
    return len(shown)


def _narrows(page, told, *, reloads: bool) -> None:
    """The last scope offered is told by its own numbers, and the address keeps it."""
    choice = page.get_by_label("Show", exact=True)
    options = choice.locator("option").evaluate_all("all => all.map((e) => e.value)")
    assert len(options) > 1
    choice.select_option(options[-1])
    kind, _, scope = options[-1].partition("/")
    assert _tells(page, told, kind, scope) >= 1
    assert page.evaluate("new URLSearchParams(location.hash.slice(1)).get('scope')") == options[-1]
    if reloads:
        page.reload()
        page.wait_for_function("document.documentElement.dataset.drawn")
        assert choice.input_value() == options[-1]
        assert _tells(page, told, kind, scope) >= 1
    choice.select_option("all/all")
    page.wait_for_url(lambda url: "scope" not in url)


def _sorts(page) -> None:
    """The first table by its second column, the largest first and then last."""
    table = page.locator("table.sortable").first
    keys = "all => all.map((r) => Number(r.cells[1].dataset.v)).filter((v) => !Number.isNaN(v))"
    for down in (True, False):
        table.locator("thead button").nth(1).press("Enter")
        found = table.locator("tbody tr").evaluate_all(keys)
        assert found == sorted(found, reverse=down)


def test_few_months_are_drawn_by_their_weeks(window, published: Path) -> None:
    """Of the scope chosen; its card still tells of the month."""
    visitor, page = window
    with duckdb.connect(str((published / "warehouse.duckdb").resolve()), read_only=True) as con:
        ask = (
            "select value from marts.v_kpi_{} where metric_id = 'service_level' "
            "and scope_kind = 'site' and scope_id = 'Manila' "
            "and local_date between '2025-11-01' and '2025-11-30' order by local_date"
        )
        weeks = [value for (value,) in con.execute(ask.format("week")).fetchall()]
        ((of_month,),) = con.execute(ask.format("month")).fetchall()
    visitor.go(page, "months/2025-11/service.html")
    page.get_by_label("Show", exact=True).select_option("site/Manila")
    page.locator("[data-card=service_level] button.course").click()
    drawn = page.evaluate("document.getElementById('course').data[2].y")
    assert drawn == pytest.approx(weeks, rel=1e-4)
    assert len(drawn) == len(WEEKS)
    card = page.locator("[data-card=service_level]")
    assert fmt.value(of_month, "percent") in card.inner_text()
    assert page.locator("figure h2").first.inner_text().endswith("over the last 4 weeks, Manila")
    assert visitor.faults == []


def test_what_people_typed_stays_text(window, published: Path, month: Path) -> None:
    """In tables, menus, charts and files; a comment is kept as it was typed."""
    visitor, page = window
    hostile = json.loads((published / "truth" / "hostile.json").read_text("utf-8"))
    texts = {(row["table"], row["column"]): row["text"] for row in hostile[::-1]}
    shown = {
        "outbound": ("campaign", texts["outbound_attempts", "campaign"]),
        "handling": ("reason", texts["contacts", "reason"]),
    }
    for subject, (kind, text) in shown.items():
        visitor.go(page, f"months/2025-11/{subject}.html")
        row = page.locator(f"tr[data-kind={kind}]").filter(has_text=text)
        assert row.get_attribute("data-id") == text
        assert row.locator("th").inner_text() == text
        # Parquet has texts as they are, CSV with what keeps a spreadsheet from running them.
        table = month / f"months/2025-11/tables/{subject}-by-{kind}.csv"
        with table.open(encoding="utf-8-sig", newline="") as file:
            names = {line["row"] for line in csv.DictReader(file)}
        assert f"'{text}" in names
        assert text not in names
    all_seen(page)
    labels = page.locator(".chart text").all_text_contents()
    assert [label for label in labels if label.startswith("=cmd|")]
    visitor.go(page, "months/2025-11.html")
    agents = page.locator("#agents-title ~ * tbody th").all_inner_texts()
    for row in hostile:
        if row["table"] == "people":
            assert [name for name in agents if name.endswith(row["text"])], row
    assert page.locator("main script, main img, main b:text-is('Lu')").count() == 0
    with duckdb.connect(str((published / "warehouse.duckdb").resolve()), read_only=True) as con:
        found = con.execute("select distinct text from core.fact_survey_answer").fetchall()
        answers = [text for (text,) in found]
    # So few comment that the rarest may be missing.
    assert len({row["text"] for row in hostile if row["column"] == "text"} & set(answers)) >= 2
    assert visitor.faults == []


@pytest.fixture(scope="module")
def whole(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with every kind of page: the last day, week and month."""
    out = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            build, "spans_of", lambda days: {k: s[-1:] for k, s in spans_of(days).items()}
        )
        build.build_site((published / "warehouse.duckdb").resolve(), out, name="Corrib Broadband")
    return out


@pytest.mark.soak
@pytest.mark.parametrize("look", ["light", "dark", "phone", "desk", "wall"])
def test_every_kind_of_page_in_every_look(browser, whole, look) -> None:
    with visiting(browser, whole, look) as visitor:
        page = visitor.start(**LOOKS[look])
        for name in [*OTHERS, *(f"months/2025-11/{subject}.html" for subject in SUBJECTS)]:
            visitor.go(page, name)
            all_seen(page)
            assert too_wide(page) <= 0, name
            assert page.evaluate(CUT) == [], name
            assert page.evaluate(LOW_CONTRAST) == [], name
            if look in {"light", "dark"}:
                assert barriers(page, every=name != "data-quality.html") == [], name
            assert visitor.faults == [], name


@pytest.mark.soak
def test_every_kind_of_page_fits_the_sheet(browser, whole) -> None:
    with visiting(browser, whole, "light") as visitor:
        page = visitor.start(**LOOKS["wall"])
        for name in [*OTHERS, *(f"months/2025-11/{subject}.html" for subject in SUBJECTS)]:
            visitor.go(page, name)
            page.emulate_media(media="print")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert page.evaluate("document.documentElement.dataset.theme") == "light"
            assert page.locator(".chart .main-svg").count() >= page.locator(".chart").count()
            wide = page.evaluate(CUT.replace("innerWidth", "1047"))
            assert wide == [], name
            page.evaluate("dispatchEvent(new Event('afterprint'))")
            page.emulate_media(media="screen")
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert re.search(rb"/MediaBox \[0 0 841", pdf)
