"""How far feeds have been read: from the raw lake alone, and written only when it changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from assets.ingest.manifest import Manifest
from assets.ingest.watermarks import follow_watermarks
from pipelines.settings import Project, Settings
from pipelines.storage.duck import connect
from pipelines.storage.lake import RAW, LakeFile, add_to_manifest
from pipelines.storage.ops import create_ops

NINE = datetime.fromisoformat("2026-06-01 09:00:00")


class Adapter:
    """As much of one as is asked here."""

    untimed_feeds = frozenset({"people"})
    agent_feeds = frozenset({"log"})
    contact_feeds = frozenset({"log", "calls"})


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(threads=1) as con:
        create_ops(con)
        yield con


def read(con: duckdb.DuckDBPyConnection, feed: str, last: datetime | None, source: str = "a"):
    path = f"{source}-{feed}-{last}"
    add_to_manifest(con, [LakeFile(RAW, feed, source, None, path, "", 1, None, last)])


def follow(con: duckdb.DuckDBPyConnection, folder: Path):
    sources = {"a": {"kind": "asterisk", "late_after_hours": 30}}
    project = Project(folder, Settings.model_validate({"sources": sources}))
    return follow_watermarks(con, project, "a", Adapter(), Manifest(con, "a"))


def noted(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("select * from ops.feed_watermark order by source, feed").fetchall()


def test_a_feed_is_known_as_far_as_the_last_line_of_all_its_files(con, tmp_path):
    for last in (NINE, NINE + timedelta(hours=1), NINE - timedelta(hours=1)):
        read(con, "log", last)
    read(con, "calls", NINE)
    read(con, "people", NINE)
    read(con, "empty", None)
    before, after = follow(con, tmp_path)
    assert before == []
    assert noted(con) == [
        ("a", "calls", NINE, 30, False, True, False),
        ("a", "log", NINE + timedelta(hours=1), 30, True, True, False),
    ]
    assert [feed.name for feed in after] == ["calls", "log"]


def test_other_sources_stay_and_what_is_told_is_what_was(con, tmp_path):
    con.execute(
        "insert into ops.feed_watermark values ('b', 'log', ?, 26, true, true, false)", [NINE]
    )
    read(con, "log", NINE)
    read(con, "log", NINE, source="c")
    follow(con, tmp_path)
    read(con, "log", NINE + timedelta(hours=2))
    before, after = follow(con, tmp_path)
    assert [feed.watermark_at for feed in (*before, *after)] == [NINE, NINE + timedelta(hours=2)]
    assert [row[:3] for row in noted(con)] == [
        ("a", "log", NINE + timedelta(hours=2)),
        ("b", "log", NINE),
    ]
