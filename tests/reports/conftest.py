"""A site built once, and the browser that opens it."""

import os
from pathlib import Path

import pytest

from reports.build import SiteResult, build_site
from reports.outputs import chromium
from tests.reports.browsing import Visitor
from tests.reports.centre import Centre
from tests.reports.made import write_warehouse

CENTRE = Centre(days=9, calls_a_day=250, minutes=480, start="08:00")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine days of a made-up centre whose names try to break out of every page."""
    return write_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb", CENTRE)


@pytest.fixture(scope="session")
def site(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> SiteResult:
    """The site of that centre."""
    return build_site(warehouse, tmp_path_factory.mktemp("site"), name="Nordlicht & Söhne")


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser that prints; tests that need it skip where none is installed."""
    try:
        return chromium.find()
    except chromium.PrintError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def browser(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory):
    """Chromium without a network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium_path,
            # Else it leaves settings of its own in the home folder.
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("chromium"))},
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                  "--disable-component-update", "--no-first-run", "--font-render-hinting=none"],
        )  # fmt: skip
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def one_window(browser):
    """Who opens pages, and one window for all of them; see `visit`.

    The chart library takes seconds to start where it has not run before.
    """
    visitor = Visitor(browser, Path())
    yield visitor, visitor.start()
    visitor.leave()
