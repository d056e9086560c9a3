"""What several test modules share."""

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: else one worker ends alone with them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "pipelines" / "demo" / "asterisk"


@pytest.fixture(scope="session")
def sample() -> Path:
    """Folder of the real Asterisk files that ship with callmart."""
    return SAMPLE


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets that may not be shipped; skips where it is absent."""
    folder = Path(os.environ.get("CALLMART_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"the data sets that are not part of callmart are not at {folder}")
    return folder
