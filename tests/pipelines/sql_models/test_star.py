"""docs/star.md: the drawings show every fact, and keys that are there."""

import re

import pytest

from pipelines.sql_models import load_models
from tests.conftest import ROOT
from tests.models.warehouse import shipped_columns

TEXT = (ROOT / "docs" / "star.md").read_text(encoding="utf-8")
DRAWN = re.findall(r"^    (\w+) [|}o]+--[|{o]+ (\w+) : (\w+)$", TEXT, re.MULTILINE)
ALONE = re.findall(r"^    (\w+)$", TEXT, re.MULTILINE)


@pytest.fixture(scope="module")
def columns() -> dict[str, dict[str, str]]:
    return shipped_columns()


def test_every_fact_is_drawn():
    facts = {m.name for m in load_models() if m.name.startswith("fact_")}
    drawn = {name for many, one, _ in DRAWN for name in (many, one)}
    assert facts - drawn == set(ALONE)


def test_every_line_is_a_key(columns):
    grain = {m.name: m.header.grain for m in load_models()}
    for many, one, key in DRAWN:
        assert key in columns[f"core.{many}"], (many, key)
        assert len(grain[one]) == 1
        # A fact of orders names its order by a key of its own.
        own = grain[one][0] if many == one else key
        assert own in columns[f"core.{one}"], (one, own)
