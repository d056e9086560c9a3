"""A source's manifest: read once, changed in memory, written once."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from assets.ingest.manifest import Manifest
from pipelines.storage import lake
from pipelines.storage.duck import connect
from pipelines.storage.lake import MEMORY, RAW, STAGING, LakeFile, add_to_manifest
from pipelines.storage.ops import create_ops

DAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)


def file(layer: str, table: str, path: str, day: date | None = None, source: str = "a") -> LakeFile:
    return LakeFile(layer, table, source, day, path, "", 1)


STANDING = [
    file(RAW, "log", "log-1"),
    file(STAGING, "contact", "old-1", DAY),
    file(STAGING, "contact", "old-2", NEXT),
    file(STAGING, "roster", "roster-1"),
    file(MEMORY, "restart", "restart-1"),
]
OTHERS = [file(STAGING, "contact", "other", DAY, "b")]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(threads=1) as con:
        create_ops(con)
        add_to_manifest(con, [*STANDING, *OTHERS])
        yield con


def paths(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {one.path for one in lake.manifest(con)}


def test_what_changed_is_written_and_nothing_else(con: duckdb.DuckDBPyConnection) -> None:
    manifest = Manifest(con, "a")
    manifest.forget(STAGING, "contact", [DAY, date(2026, 6, 9)])
    manifest.add([file(STAGING, "contact", "new", DAY), file(STAGING, "anomaly", "first", NEXT)])
    manifest.forget(STAGING, "roster", [None])
    assert [one.path for one in manifest.files(STAGING, "contact")] == ["new", "old-2"]
    assert [one.path for one in manifest.files(STAGING)] == ["first", "new", "old-2"]
    assert paths(con) == {one.path for one in (*STANDING, *OTHERS)}
    manifest.store()
    manifest.store()
    assert paths(con) == {"log-1", "new", "first", "old-2", "restart-1", "other"}
    assert Manifest(con, "a").files(STAGING) == manifest.files(STAGING)


def test_whole_layers_are_forgotten_of_one_source(con: duckdb.DuckDBPyConnection) -> None:
    manifest = Manifest(con, "a")
    manifest.forget_all(STAGING, MEMORY)
    manifest.store()
    assert paths(con) == {"log-1", "other"}
