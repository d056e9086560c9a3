"""The browser that prints: found on this machine, never downloaded."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from pipelines.errors import ExpectedError

VARIABLE = "CALLMART_BROWSER"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable",
         "google-chrome", "msedge", "microsoft-edge")  # fmt: skip
"""The shell without windows first: it starts sooner and prints the same with less work."""


class PrintError(ExpectedError):
    """There is nothing to print with, or nothing to print; the text says what to do."""


def find(given: str | None = None) -> Path:
    """The browser to print with: the one given, else CALLMART_BROWSER, else one on the PATH.

    Raises:
        PrintError: There is none, or no Playwright to drive it.
    """
    if find_spec("playwright") is None:
        raise PrintError(
            "PDF needs Playwright: install callmart with its extra, `pip install 'callmart[pdf]'`. "
            "It downloads no browser; one on this machine is used."
        )
    asked = given or os.environ.get(VARIABLE)
    if asked:
        found = shutil.which(asked)
        if found is None:
            raise PrintError(f"{asked} is no program; --browser and {VARIABLE} name a Chromium.")
        return Path(found)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise PrintError(
            f"PDF needs a Chromium, and none of {', '.join(NAMES)} is on the PATH. Install one "
            f"(such as `apt install chromium`), or name it with --browser or {VARIABLE}."
        )
    return Path(found)
