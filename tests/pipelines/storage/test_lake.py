"""The lake: whole files only, and only those that the manifest names."""

import os
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.settings import Project, Settings
from pipelines.sql_models.contracts import load_contracts
from pipelines.storage import lake
from pipelines.storage.errors import StorageError
from pipelines.storage.ops import create_ops

PLACE = {"layer": lake.STAGING, "table": "queue_refusal", "source": "phone"}
OF_DAY = "date '2026-06-01' + day::int"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Settings())


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_ops(connection)
    return connection


def write_days(con: duckdb.DuckDBPyConnection, project: Project, cause: str, n_days: int) -> str:
    """A file of refusals, two a day."""
    columns = {
        name: f"null::{spec.type}"
        for name, spec in load_contracts()["queue_refusal"].columns.items()
    }
    columns |= {"source": "'phone'", "local_date": OF_DAY, "cause": f"'{cause}'"}
    chosen = ", ".join(f"{value} as {name}" for name, value in columns.items())
    sql = f"select {chosen} from range({n_days}) d(day), range(2) order by day"
    return lake.write_query(con, project.lake, sql, **PLACE)


def name(con: duckdb.DuckDBPyConnection, path: str, *days: int) -> None:
    """Let the manifest give some days to a file."""
    lake.add_to_manifest(
        con,
        [
            lake.LakeFile(
                lake.STAGING, "queue_refusal", "phone", date(2026, 6, 1 + day), path, "", 2
            )
            for day in days
        ],
    )


def test_a_file_counts_only_for_the_days_it_is_given(
    con: duckdb.DuckDBPyConnection, project: Project
) -> None:
    old, new = write_days(con, project, "full", 3), write_days(con, project, "busy", 2)
    assert lake.rows_of(old) == 6
    name(con, old, 0, 2)
    name(con, new, 1)
    lake.attach_staging(con, project)
    rows = con.execute(
        "select day(local_date), cause, count(*) from staging.queue_refusal group by all order by 1"
    ).fetchall()
    assert rows == [(1, "full", 2), (2, "busy", 2), (3, "full", 2)]
    types = con.execute("describe staging.queue_refusal").fetchall()
    contract = load_contracts()["queue_refusal"]
    assert [(n, kind) for n, kind, *_ in types] == [
        (n, spec.type) for n, spec in contract.columns.items()
    ]
    assert con.execute("select count(*) from staging.contact").fetchone() == (0,)


def test_folder_names_never_become_columns(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    project = Project(tmp_path / "source=evil", Settings())
    name(con, write_days(con, project, "full", 1), 0)
    lake.attach_staging(con, project)
    assert con.execute("select distinct source from staging.queue_refusal").fetchall() == [
        ("phone",)
    ]


def test_files_that_nothing_names_are_no_data(
    con: duckdb.DuckDBPyConnection, project: Project
) -> None:
    write_days(con, project, "full", 3)
    lake.attach_staging(con, project)
    assert con.execute("select count(*) from staging.queue_refusal").fetchone() == (0,)


def test_equal_rows_make_one_file(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    assert write_days(con, project, "full", 3) == write_days(con, project, "full", 3)
    assert len(list(project.lake.rglob("*"))) == 4


def test_metadata_of_whole_files_only(project: Project) -> None:
    path = lake.write_frame(
        project.lake,
        pl.DataFrame({"a": [1]}),
        layer=lake.RAW,
        table="log",
        source="phone",
        name="abc",
        metadata='{"n": 1}',
    )
    assert path == "raw/log/phone/abc.parquet"
    assert lake.read_metadata(project.lake / path) == '{"n": 1}'
    assert lake.read_metadata(project.lake / "none.parquet") is None
    broken = project.lake / "broken.parquet"
    broken.write_bytes((project.lake / path).read_bytes()[:-3])
    assert lake.read_metadata(broken) is None


def test_a_missing_file_is_told_with_its_remedy(
    con: duckdb.DuckDBPyConnection, project: Project
) -> None:
    path = write_days(con, project, "full", 1)
    name(con, path, 0)
    lake.check_lake(con, project, "phone")
    (project.lake / path).unlink()
    with pytest.raises(StorageError, match=r"(?s)missing.*backup.*--full"):
        lake.check_lake(con, project, "phone")


def test_orphans_go_when_they_are_old(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    kept, young, old = (write_days(con, project, cause, 1) for cause in ("full", "busy", "empty"))
    for path in (kept, old):
        os.utime(project.lake / path, (0, 0))
    name(con, kept, 0)
    assert lake.remove_orphans(project, lake.named_paths(con)) == [old]
    assert (project.lake / kept).is_file()
    assert (project.lake / young).is_file()


def test_a_kept_publication_keeps_its_files(
    con: duckdb.DuckDBPyConnection, project: Project
) -> None:
    mine, theirs, nobodys = (write_days(con, project, c, 1) for c in ("full", "busy", "empty"))
    for path in (mine, theirs, nobodys):
        os.utime(project.lake / path, (0, 0))
    name(con, mine, 0)
    publication = project.root / "warehouse-1.duckdb"
    with duckdb.connect(str(publication)) as other:
        create_ops(other)
        name(other, theirs, 0)
    assert lake.tidy_lake(con, project, [publication]) == [nobodys]
