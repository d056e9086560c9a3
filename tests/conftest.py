"""What several test modules share."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("pipelines/demo", "quality_checks", "reports")
"""Folders whose tests share what is costly to make: one worker runs all of them."""
READERS = {
    "pipelines/test_cli.py": "sample",
    "test_privacy.py": "sample",
    "test_same_numbers.py": "sample",
    "test_warehouse_agrees.py": "sample",
    "pipelines/commands/test_rows_behind.py": "quality_checks",
    "reports/calls/test_files.py": "quality_checks",
    "reports/test_browser_subjects.py": "pipelines/demo",
    "reports/test_centre_days.py": "pipelines/demo",
}
"""Files that read what others do: the published sample, the small centres, sound and simulated."""


def pytest_configure() -> None:
    """How long an example takes says more of the machine than of the code."""
    settings.register_profile("suite", deadline=None)
    settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: else one worker ends alone with them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What was imported stays, and little is made in rings: the collector need not look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class _Scheduling(LoadFileScheduling):
    """A file, or what belongs together, stays with one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0].removeprefix("tests/")
        if file in READERS:
            return READERS[file]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    """How tests are dealt to workers."""
    return _Scheduling(config, log)


ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "pipelines" / "demo" / "asterisk"


CALLMART = Path(sys.executable).with_name("callmart")


def callmart(*arguments: object, cwd: Path | None = None, **environment: str):
    """Run the command as a person does, in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if k != "CALLMART_PROJECT"}
    return subprocess.run(
        [CALLMART, *map(str, arguments)],
        cwd=cwd,
        env={**clean, "TERM": "dumb", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def sample() -> Path:
    """Folder of the real Asterisk files that ship with callmart."""
    return SAMPLE


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The sample, published by `callmart demo --asterisk`, and what the command said."""
    folder = tmp_path_factory.mktemp("demo") / "callmart-demo"
    done = callmart("demo", folder, "--asterisk")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


@pytest.fixture(scope="session")
def centre_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the small sound centre's `warehouse.duckdb`, `staging.duckdb` and `lake`."""
    from tests.quality_checks.centre import make_centre

    folder = tmp_path_factory.mktemp("centre")
    make_centre(folder)
    return folder


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published project: 60 days of a small simulated centre with all it has."""
    from tests.pipelines.demo.published import make_published

    root = tmp_path_factory.mktemp("project")
    make_published(root)
    return root


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets that may not be shipped; skips where it is absent."""
    folder = Path(os.environ.get("CALLMART_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"the data sets that are not part of callmart are not at {folder}")
    return folder
