"""Pages of the site as PDF, printed by one Chromium that reaches nothing but files.

Playwright drives it through an asyncio loop, so that several tabs print at once.
"""

from __future__ import annotations

import asyncio
import os
import re
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipelines.languages import LANGUAGES
from reports.language import _, language_of, speaking
from reports.outputs import chromium, summary
from reports.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.async_api import BrowserContext, Page, Route

TABS = 2
_MOST_PAGES = 60
"""Pages that a tab prints before a fresh one takes over: an old one keeps what it has seen."""

_ARGUMENTS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update",
              "--no-first-run", "--no-default-browser-check")  # fmt: skip
_TIMEOUT_MS = 60_000
_SCRIPT = re.compile(r'<script defer src="([^"]*/)?plotly-[^"]*"></script>\n?')
_STAMP = re.compile(r"<footer>(?:<!--.*?-->)?\s*<span>(.*?)</span>", re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="(\w+)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)

_REPLACE = """([root, html]) => window.callmartRoot === root && new Promise((done) => {
  document.open();
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => done(true)), { once: true });
  document.write(html.replace("</head>", () => window.callmartStyle + "</head>"));
  document.close();
})"""
"""Puts a page in the place of the last one in the same tab: the chart library stays loaded."""

_LOADED = """root => {
  const style = document.getElementById("plotly.js-style-global");
  if (!style) return;
  const rules = [...style.sheet.cssRules].map((rule) => rule.cssText).join("\\n");
  window.callmartStyle = `<style id="${style.id}">${rules}</style>`;
  window.callmartRoot = root;
}"""
"""Remembers that the library is there, and its style, which lays labels and lines over the charts
and would be gone with the document that it was loaded into. Not found, each page loads its own."""

_READY = """root => {
  if (root !== null && !document.documentElement.dataset.drawn) return false;
  for (const a of document.querySelectorAll('a[href]:not([href^="#"])')) a.removeAttribute("href");
  addEventListener("afterprint", () => document.documentElement.remove(), { once: true });
  return true;
}"""
"""Whether a page is drawn; makes it ready for paper. A link would lead to a file of this machine,
which who reads the PDF does not have; and a page that is printed need not be laid out again."""


def pages_of(site: Path, periods: Sequence[str] = (), *, every: bool = False) -> list[str]:
    """The pages to print, relative to the site: those of the periods named, else of the newest.

    Args:
        site: Folder of the site.
        periods: Names such as 2026-11-21, 2026-W47 or 2026-11.
        every: All pages of all days, weeks and months.

    Raises:
        PrintError: There is no site, or no pages of a period.
    """
    known = {
        overview.stem: overview
        for grain in ("days", "weeks", "months")
        for overview in sorted((site / grain).glob("*.html"))
    }
    if not known:
        raise chromium.PrintError(f"{site} holds no pages: run `callmart report` first.")
    unknown = [name for name in periods if name not in known]
    if unknown:
        raise chromium.PrintError(
            f"there is no page of {unknown[0]!r}: write a day as 2026-11-21, a week as 2026-W47, "
            f"a month as 2026-11; the newest are {', '.join(_newest(known))}."
        )
    chosen = list(known) if every else list(periods) or _newest(known)
    found = [
        page
        for name in chosen
        for page in (known[name], *sorted(known[name].with_suffix("").glob("*.html")))
    ]
    return [page.relative_to(site).as_posix() for page in found]


def _newest(known: dict[str, Path]) -> list[str]:
    by_grain = {path.parent.name: name for name, path in known.items()}
    return list(by_grain.values())


def print_pages(
    site: Path,
    pages: Sequence[str],
    *,
    browser: Path | None = None,
    tabs: int = TABS,
    on_page: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Print each page to a PDF beside it; returns their paths relative to `site`.

    Raises:
        PrintError: There is no browser to print with.
    """
    found = browser or chromium.find()
    return asyncio.run(_print_all(site.resolve(), pages, found, tabs, on_page or (lambda *_: None)))


async def _print_all(
    site: Path, pages: Sequence[str], browser: Path, tabs: int, on_page: Callable[[int, int], None]
) -> list[str]:
    from playwright.async_api import async_playwright

    left = iter(sorted(pages, key=_in_turn))
    printed: list[str] = []
    with TemporaryDirectory() as home:
        async with async_playwright() as playwright:
            # Root, as in a container, has no sandbox of its own to give.
            is_root = hasattr(os, "geteuid") and os.geteuid() == 0
            opened = await playwright.chromium.launch(
                executable_path=browser,
                args=[*_ARGUMENTS, *(["--no-sandbox"] if is_root else [])],
                # Else the browser leaves settings of its own in the home folder.
                env={**os.environ, "XDG_CONFIG_HOME": home},
            )
            context = await opened.new_context(
                offline=True, accept_downloads=False, color_scheme="light",
                viewport={"width": 1047, "height": 800},
            )  # fmt: skip
            await context.route(re.compile(r"^(?!file:|data:|blob:|about:)"), _refuse)

            async def work() -> None:
                tab: Page | None = None
                for count, page in enumerate(left):
                    if tab is None or count % _MOST_PAGES == 0:
                        tab = await _fresh(context, tab)
                    printed.append(await _print(tab, site, page))
                    on_page(len(printed), len(pages))

            await asyncio.gather(*(work() for _ in range(min(tabs, len(pages)))))
            await opened.close()
    return sorted(printed)


def _in_turn(page: str) -> tuple[bool, int, str]:
    """Pages of one depth after another: the chart library is loaded once for each.

    Summaries come last: they have no library, and the page after one would load it again.
    """
    return page.endswith(f"/{summary.NAME}"), page.count("/"), page


async def _refuse(route: Route) -> None:
    await route.abort()


async def _fresh(context: BrowserContext, old: Page | None) -> Page:
    if old is not None:
        await old.close()
    tab = await context.new_page()
    tab.set_default_timeout(_TIMEOUT_MS)
    # Laid out as on paper from the start, and not once more when it is printed.
    await tab.emulate_media(media="print")
    return tab


async def _print(tab: Page, site: Path, page: str) -> str:
    path = site / page
    html = path.read_text(encoding="utf-8")
    await _show(tab, path, html)
    target = path.with_suffix(".pdf")
    building = target.with_suffix(".pdf.part")
    await tab.pdf(
        path=building, prefer_css_page_size=True, print_background=True,
        display_header_footer=True, header_template="<span></span>",
        footer_template=footer(html),
    )  # fmt: skip
    building.rename(target)
    return target.relative_to(site).as_posix()


async def _show(tab: Page, path: Path, html: str) -> None:
    """A page as it prints: light, with every chart drawn.

    The chart library takes longer to load than a page to draw. Where the last page in the tab
    named the site's files in the same way, this one takes its place and the library stays.
    """
    has_charts, root = bool(_SCRIPT.search(html)), _root(html)
    if not await tab.evaluate(_REPLACE, [root, _SCRIPT.sub("", html)]):
        await tab.goto(path.as_uri() + "#print")
        if has_charts:
            await tab.evaluate(_LOADED, root)
    await tab.wait_for_function(_READY, arg=root)


def _root(html: str) -> str | None:
    """How a page names the site's top folder: ../ for each folder between; None without a style."""
    found = re.search(r'href="((?:\.\./)*)assets/style\.css"', html)
    return found[1] if found else None


def footer(html: str) -> str:
    """The foot of each sheet: the page's own stamp on the left, the number on the right."""
    with speaking(language_of(_language(html))):
        numbered = _("page {page} of {pages}").format(
            page='<span class="pageNumber"></span>', pages='<span class="totalPages"></span>'
        )
    stamp, title = (found[1] if (found := part.search(html)) else "" for part in (_STAMP, _TITLE))
    words = " · ".join(filter(None, (title, stamp)))
    style = (
        "font:8px Arial,sans-serif;color:#5b6777;width:100%;padding:0 10mm;display:flex;"
        "justify-content:space-between;gap:8mm"
    )
    return (
        f'<div style="{style}"><span>{_text_of(words)}</span><span style="white-space:nowrap">'
        f"{numbered}</span></div>"
    )


def _language(html: str) -> str:
    found = _LANGUAGE.search(html)
    return found[1] if found and found[1] in LANGUAGES else "en"


def _text_of(words: str) -> str:
    """Words of a page, escaped there already, without what prints nothing."""
    return escape(plain(unescape(words)))
