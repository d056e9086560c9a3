"""What several test modules share."""

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first: else one worker ends alone with them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


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
