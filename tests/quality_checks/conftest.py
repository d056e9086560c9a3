"""The small sound centre, made once."""

from pathlib import Path

import pytest

from tests.quality_checks.centre import make_centre, open_centre


@pytest.fixture(scope="session")
def centre_folder(tmp_path_factory) -> Path:
    """Folder of the centre's `warehouse.duckdb`, `staging.duckdb` and `lake`."""
    folder = tmp_path_factory.mktemp("centre")
    make_centre(folder)
    return folder


@pytest.fixture
def centre(centre_folder: Path, tmp_path_factory):
    """A connection to a copy of the centre, free to be broken."""
    with open_centre(centre_folder, tmp_path_factory.mktemp("copy")) as con:
        yield con


@pytest.fixture
def lake(centre_folder: Path) -> Path:
    """The centre's lake."""
    return centre_folder / "lake"
