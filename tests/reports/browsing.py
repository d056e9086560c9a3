"""Opens pages of a site as people do, without a network, and writes down what goes wrong."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1300, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1300, "height": 900}},
    "tablet": {"color_scheme": "light", "viewport": {"width": 820, "height": 1100}},
    "phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}},
    "desk": {"color_scheme": "light", "viewport": {"width": 1920, "height": 1080}},
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

# Cut off at the edge of the window, and by no box that can be scrolled.
CUT = """() => [...document.querySelectorAll("main *")].filter((e) => e.offsetParent
  && !e.closest(".scroll,.sr,nav,svg,dialog") && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.outerHTML.slice(0, 80))"""

# Rows are made alike: the first of them stand for all. A chart is one image with words of its own.
_SOME = [["tbody tr:nth-child(n+4)"], [".glossary > details:nth-of-type(n+3)"],
         [".checks > section:nth-of-type(n+3)"], [".chart > *"]]  # fmt: skip
_AXE = """([exclude, rules]) => axe.run({exclude}, {preload: false, resultTypes: ["violations"],
  rules}).then((found) => found.violations.flatMap((v) => v.nodes.map((n) =>
  [v.id, v.impact, n.html.slice(0, 160), n.failureSummary])))"""


class Visitor:
    """Opens pages offline and writes down what goes wrong, and what is asked of a network."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.contexts: list[Any] = []
        self.faults: list[str] = []

    def start(self, **look: Any) -> Any:
        """An empty page of a certain look. Further pages in it are cheap: scripts are known."""
        context = self.browser.new_context(offline=True, **(look or LOOKS["light"]))
        self.contexts.append(context)
        # What is asked is whether a page is right; a busy machine may take its time.
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("console", lambda m: self.faults.append(m.text) if m.type != "log" else None)
        page.on("pageerror", lambda e: self.faults.append(str(e)))
        page.on("dialog", lambda d: self.faults.append(f"dialog: {d.message}"))
        page.on("request", self._asked)
        return page

    def go(self, page: Any, name: str) -> Any:
        """Open a page of the site in the same window, once it is drawn."""
        page.goto((self.folder / name).as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        return page

    def open(self, name: str, **look: Any) -> Any:
        """Open a page of the site in a window of its own."""
        return self.go(self.start(**look), name)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.faults.append(request.url)

    def leave(self) -> None:
        """Close all, and say whether anything went wrong."""
        for context in self.contexts:
            context.close()
        assert self.faults == []


def visit(window: tuple[Visitor, Any], folder: Path) -> tuple[Visitor, Any]:
    """A window that others had before, as if it were new, to open pages of a folder in."""
    visitor, page = window
    visitor.folder = folder
    if page.url.startswith("file:"):
        page.evaluate("localStorage.clear()")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(LOOKS["light"]["viewport"])
    return visitor, page


def seen(chart: Any) -> None:
    """Scroll to a chart: it is drawn when it is about to be seen."""
    chart.scroll_into_view_if_needed()
    chart.locator(".main-svg").first.wait_for()


def all_seen(page: Any) -> int:
    """Scroll to every chart; how many there are."""
    charts = page.locator(".chart").all()
    for chart in charts:
        seen(chart)
    return len(charts)


def too_wide(page: Any) -> int:
    """Pixels by which a page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def barriers(page: Any, *, every: bool = False) -> list[list[str]]:
    """What axe-core finds to keep people out: rule, impact, element and remedy.

    Args:
        page: the page, as it is now.
        every: ask of every row, of what charts are drawn of and of colours too, which takes
            seconds; else of the first rows, and colours are left to `LOW_CONTRAST`.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    asked = [[], {}] if every else [_SOME, {"color-contrast": {"enabled": False}}]
    return page.evaluate(_AXE, asked)
