"""docs/questions.md: each of its queries runs on the simulated centre and answers with rows."""

import re
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow
TEXT = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
ASKED = re.findall(r"^\*\*(\d+)\. .*?^```sql\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def test_there_are_twenty():
    assert [int(number) for number, _ in ASKED] == list(range(1, 21))


@pytest.mark.parametrize(("number", "sql"), ASKED, ids=[number for number, _ in ASKED])
def test_it_is_answered(published: Path, number: str, sql: str):
    with duckdb.connect(str((published / "warehouse.duckdb").resolve()), read_only=True) as con:
        rows = con.sql(sql).fetchall()
    assert rows
    # Nothing that is asked for is empty in every row.
    assert all(any(value is not None for value in column) for column in zip(*rows, strict=True))
