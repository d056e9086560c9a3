"""The adapter under the real engine: pieces of the sample, in any order, add up to the whole."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from assets.ingest.engine import ingest_source
from pipelines.settings import Project, load_project
from pipelines.sql_models.contracts import load_contracts
from pipelines.storage.lake import attach_staging
from pipelines.storage.ops import create_ops

NOW = datetime(2026, 12, 1)  # noqa: DTZ001


def project(root: Path, sample: Path) -> Project:
    (root / "landing" / "pbx").mkdir(parents=True)
    (root / "var").mkdir()
    (root / "var" / "key").write_bytes(b"k" * 32)
    shutil.copy(sample / "callmart.toml", root)
    shutil.copy(sample / "queues.conf", root / "landing" / "pbx")
    return load_project(root)


def staging(centre: Project, con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    attach_staging(con, centre)
    return {
        table: con.execute(
            f"select * exclude (file_id, line_no) from staging.{table} order by all"
        ).fetchall()
        for table in load_contracts()
    }


@pytest.mark.soak
def test_pieces_add_up_to_the_whole(tmp_path, sample):
    whole, con = project(tmp_path / "whole", sample), duckdb.connect(config={"threads": 1})
    create_ops(con)
    for name in ("queue_log", "Master.csv"):
        shutil.copy(sample / name, whole.landing("pbx"))
    assert ingest_source(con, whole, "pbx", now=NOW).changed.is_full
    assert ingest_source(con, whole, "pbx", now=NOW).changed.n_rows == 0

    pieces, other = project(tmp_path / "pieces", sample), duckdb.connect(config={"threads": 1})
    create_ops(other)
    lines = (sample / "queue_log").read_text().splitlines(keepends=True)
    cut = next(n for n in range(4000, 5000) if lines[n][:10] != lines[n - 1][:10])
    # The later half comes first: agents' phones, open visits and talks are learnt afterwards.
    records = (sample / "Master.csv").read_text().splitlines(keepends=True)
    (pieces.landing("pbx") / "queue_log.1").write_text("".join(lines[cut:]))
    (pieces.landing("pbx") / "Master.csv.1").write_text("".join(records[1500:]))
    ingest_source(other, pieces, "pbx", now=NOW)
    (pieces.landing("pbx") / "queue_log.2").write_text("".join(lines[:cut]))
    (pieces.landing("pbx") / "Master.csv.2").write_text("".join(records[:1500]))
    assert not ingest_source(other, pieces, "pbx", now=NOW).changed.is_full

    expected = staging(whole, con)
    assert len(expected["queue_visit"]) == 1726
    for table, rows in staging(pieces, other).items():
        assert rows == expected[table], table
