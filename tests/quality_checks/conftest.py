"""Copies of the small sound centre."""

from pathlib import Path

import pytest

from tests.quality_checks.centre import open_centre


@pytest.fixture
def centre(centre_folder: Path, tmp_path_factory):
    """A connection to a copy of the centre, free to be broken."""
    with open_centre(centre_folder, tmp_path_factory.mktemp("copy")) as con:
        yield con


@pytest.fixture(scope="session")
def kept_centre(centre_folder: Path, tmp_path_factory):
    """One copy for all tests that put back what they break."""
    with open_centre(centre_folder, tmp_path_factory.mktemp("kept")) as con:
        yield con


@pytest.fixture
def undone_centre(kept_centre):
    """The centre within a transaction that is rolled back: quick, but no error may happen in it."""
    kept_centre.begin()
    yield kept_centre
    kept_centre.rollback()


@pytest.fixture
def lake(centre_folder: Path) -> Path:
    """The centre's lake."""
    return centre_folder / "lake"
