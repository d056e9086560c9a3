"""Pages on paper: which are printed, with what, and that nothing on them acts."""

import asyncio
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from reports.outputs import chromium, pdf


@pytest.fixture
def made(tmp_path):
    """A site of two days and a week, with files but no content."""
    for name in ("days/2026-10-27", "days/2026-10-28", "weeks/2026-W44", "months/2026-10"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / f"{name}.html").touch()
        (tmp_path / name / "service.html").touch()
    (tmp_path / "weeks/2026-W44/summary.html").touch()
    return tmp_path


def test_the_newest_day_week_and_month_are_printed_unless_others_are_asked_for(made):
    newest = pdf.pages_of(made)
    assert newest == [
        "days/2026-10-28.html", "days/2026-10-28/service.html", "weeks/2026-W44.html",
        "weeks/2026-W44/service.html", "weeks/2026-W44/summary.html", "months/2026-10.html",
        "months/2026-10/service.html",
    ]  # fmt: skip
    assert pdf.pages_of(made, ["2026-10-27"])[0] == "days/2026-10-27.html"
    assert len(pdf.pages_of(made, every=True)) == 9
    with pytest.raises(chromium.PrintError, match=r"no page of '2026-W01'.*2026-W44"):
        pdf.pages_of(made, ["2026-W01"])
    with pytest.raises(chromium.PrintError, match="callmart report"):
        pdf.pages_of(made / "days")


def test_without_a_browser_the_remedy_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    with pytest.raises(chromium.PrintError, match="apt install chromium"):
        chromium.find()
    with pytest.raises(chromium.PrintError, match="no-such is no program"):
        chromium.find("no-such")
    monkeypatch.setattr(chromium, "find_spec", lambda _: None)
    with pytest.raises(chromium.PrintError, match=r"callmart\[pdf\]"):
        chromium.find()


def test_the_footer_is_text_whatever_the_centre_is_called():
    html = "<title>a &lt;/span&gt;&lt;script&gt;x\x07</title><footer>\n<span>Publication 7</span>"
    found = pdf.footer(html)
    assert "<script" not in found
    assert re.search(r"a &lt;/span&gt;&lt;script&gt;x +· Publication 7<", found)


@pytest.mark.browser
@pytest.mark.soak
def test_hostile_names_are_text_in_a_pdf_and_lead_nowhere(site, chromium_path, tmp_path):
    copy = Path(shutil.copytree(site.index.parent, tmp_path / "site"))
    pages = ["days/2026-10-28.html", "weeks/2026-W43/summary.html"]
    told = []
    # Of its own thread: another test's browser may hold this one's event loop.
    with ThreadPoolExecutor(1) as thread:
        written = thread.submit(
            pdf.print_pages, copy, pages, browser=chromium_path,
            on_page=lambda *done: told.append(done),
        ).result()  # fmt: skip
    assert written == [page.replace(".html", ".pdf") for page in pages]
    assert told == [(1, 2), (2, 2)]
    for name in written:
        content = (copy / name).read_bytes()
        assert content.startswith(b"%PDF")
        assert not re.search(rb"/URI\b|/JavaScript|/Launch|/OpenAction|file://", content)
    assert b"/MediaBox [0 0 841" in (copy / written[0]).read_bytes()
    assert not list(copy.rglob("*.part"))


@pytest.mark.browser
def test_a_page_looks_the_same_whichever_was_printed_before_it(site, chromium_path):
    folder = site.index.parent
    first, second = sorted(p.relative_to(folder).as_posix() for p in folder.glob("days/*.html"))[:2]

    async def looks(*pages: str) -> bytes:
        async with async_playwright() as playwright:
            opened = await playwright.chromium.launch(
                executable_path=chromium_path, args=["--no-sandbox"]
            )
            tab = await pdf._fresh(await opened.new_context(offline=True), None)
            for page in pages:
                await tab.pdf()
                await pdf._show(tab, folder / page, (folder / page).read_text("utf-8"))
            assert await tab.locator(".annotation-text").count() > 2
            picture = await tab.screenshot(full_page=True)
            await opened.close()
            return picture

    # Of its own thread: another test's browser may hold this one's event loop.
    with ThreadPoolExecutor(1) as thread:
        after, alone = (
            thread.submit(lambda shown: asyncio.run(looks(*shown)), shown).result()
            for shown in [(first, second), (second,)]
        )
    assert after == alone
