"""Hostile texts stand in ledger and files, and nothing else is otherwise because of them."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.centre import quirks, simulate
from pipelines.demo.centre.ledger import TABLES
from tests.pipelines.demo.conftest import START

TOUCHED = {("survey_answers", "text"), ("contacts", "reason"), ("people", "name")}
"""What differs; the campaign is always called so."""


def truth(root: Path) -> dict[str, pl.DataFrame]:
    made = simulate(root, seed=7, days=4, start=START, size=0.1, file_days=4)
    return {table: pl.read_parquet(made.truth / f"{table}.parquet") for table in TABLES}


def test_hostile_texts_are_there_and_change_no_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_them = truth(tmp_path / "with")
    told = json.loads((tmp_path / "with" / "truth" / "hostile.json").read_text("utf-8"))
    written = "".join(
        p.read_text("utf-8", errors="replace") for p in (tmp_path / "with/landing").rglob("*.csv")
    )
    # So few people answer in four days that only the first comment is among them.
    for row in [row for row in told if row["text"] not in quirks.COMMENTS[1:]]:
        values = with_them[row["table"]][row["column"]]
        assert values.str.contains(row["text"], literal=True).any(), row
        assert row["text"].replace('"', '""') in written, row
    monkeypatch.setattr(quirks, "comment", lambda _, drawn: drawn)
    monkeypatch.setattr(quirks, "reason", lambda _, drawn: drawn)
    monkeypatch.setattr(quirks, "sign_names", lambda _: None)
    without = truth(tmp_path / "without")
    for table, frame in with_them.items():
        touched = [column for of, column in TOUCHED if of == table]
        assert frame.drop(touched).equals(without[table].drop(touched)), table
        for column in touched:
            n = frame[column].ne_missing(without[table][column]).sum()
            assert 0 < n <= max(3, frame.height / 20), (column, n)
