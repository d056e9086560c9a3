"""Projects to publish in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.settings import Project
from tests.pipelines.storage.builder import Builder
from tests.pipelines.storage.centre import project_in, run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in which nothing was ever published."""
    return project_in(tmp_path / "centre")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Projects with one, two and three publications, to be copied."""
    folder = tmp_path_factory.mktemp("templates")
    for number in (1, 2, 3):
        run(project_in(folder / "work"))
        shutil.copytree(folder / "work", folder / str(number), symlinks=True)
    return {number: folder / str(number) for number in (1, 2, 3)}


@pytest.fixture
def published(templates: dict[int, Path], tmp_path: Path) -> Callable[[int], Project]:
    """Makes a project with so many publications."""

    def make(number: int) -> Project:
        return project_in(shutil.copytree(templates[number], tmp_path / "centre", symlinks=True))

    return make


@pytest.fixture(scope="session")
def builder() -> Iterator[Builder]:
    """A process that has everything imported and runs each command in a fork."""
    with Builder() as server:
        yield server
