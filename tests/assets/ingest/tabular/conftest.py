"""What tests of mapped files share."""

import pytest

from tests.assets.ingest.tabular.harness import Tabular


@pytest.fixture
def files(tmp_path):
    """A project of its own, with one source of mapped files."""
    made = Tabular(tmp_path / "p")
    yield made
    made.con.close()
