"""Few large lake files in place of many small ones, and lake files without what is read anew."""

from collections.abc import Iterable
from itertools import groupby

import duckdb

from pipelines.settings import Project
from pipelines.storage import lake
from pipelines.storage.duck import columns_sql, insert_rows
from pipelines.storage.lake import (
    LIVE_COLUMNS,
    LakeFile,
    LivePairs,
    live_rows_sql,
    read_files,
    write_query,
)
from pipelines.storage.steps import reached

MAX_FILES = 200
"""More files of one table and source are merged."""
SMALL_ROWS = 100_000
"""Files with fewer rows take part."""
MERGED_ROWS = 1_000_000
"""About how many rows a merged file gets."""


def drop_streams(
    con: duckdb.DuckDBPyConnection, project: Project, source: str, file_ids: Iterable[str]
) -> None:
    """Forget streams: their rows in the raw lake, their ledger and quarantine rows.

    Args:
        con: the warehouse copy.
        project: whose lake.
        source: which.
        file_ids: the streams.
    """
    dropped = sorted(set(file_ids))
    if not dropped:
        return
    con.execute("create or replace temp table dropped_streams (file_id varchar)")
    insert_rows(con, "dropped_streams", [[file_id] for file_id in dropped], types=["VARCHAR"])
    deleted = con.execute(
        """
        delete from ops.lake_manifest
        where layer = 'raw' and source = $source and load_id in (
            select load_id from ops.load_file where source = $source and file_id in $dropped
        )
        returning path
        """,
        {"source": source, "dropped": dropped},
    ).fetchall()
    cut = {path for (path,) in deleted}
    # What is left of a file of the lake holds rows of other streams.
    for path, files in _by_path(lake.manifest(con, lake.RAW, source=source)):
        if path in cut and (project.lake / path).is_file():
            rows = read_files(project.lake, [path])
            sql = (
                f"select * from {rows} anti join dropped_streams using (file_id) "
                "order by line_at, file_id, line_no"
            )
            _replace_raw(con, project, files, sql)
    con.execute("drop table dropped_streams")
    for table in ("load_file", "quarantine"):
        con.execute(
            f"delete from ops.{table} where source = $source and file_id in $dropped",
            {"source": source, "dropped": dropped},
        )


def compact(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    source: str,
    *,
    max_files: int = MAX_FILES,
) -> int:
    """Merge small lake files of a source where a table has more than `max_files`.

    Returns:
        How many files were merged away.
    """
    merged, every = 0, lake.manifest(con, source=source)
    for layer in (lake.RAW, lake.STAGING):
        for _, rows in groupby(
            (file for file in every if file.layer == layer), key=lambda file: file.table_name
        ):
            by_path = _by_path(rows)
            if len(by_path) <= max_files:
                continue
            for group in _groups(by_path):
                merged += len(group) - 1
                files = [file for _, of_path in group for file in of_path]
                if layer == lake.RAW:
                    sql = read_files(project.lake, [path for path, _ in group])
                    order = "line_at, file_id, line_no"
                    _replace_raw(con, project, files, f"select * from {sql} order by {order}")
                else:
                    _merge_staging(con, project, files)
    if merged:
        reached("ingest.compacted")
    return merged


def _by_path(files: Iterable[LakeFile]) -> list[tuple[str, list[LakeFile]]]:
    by_path: dict[str, list[LakeFile]] = {}
    for file in files:
        by_path.setdefault(file.path, []).append(file)
    return list(by_path.items())


def _groups(
    by_path: list[tuple[str, list[LakeFile]]],
) -> list[list[tuple[str, list[LakeFile]]]]:
    """Small files next to each other in time, put together up to the size of a merged file."""
    small = [item for item in by_path if sum(file.n_rows for file in item[1]) < SMALL_ROWS]
    small.sort(key=lambda item: (min(_when(file) for file in item[1]), item[0]))
    groups: list[list[tuple[str, list[LakeFile]]]] = []
    room = 0
    for item in small:
        n_rows = sum(file.n_rows for file in item[1])
        if not groups or n_rows > room:
            groups.append([])
            room = MERGED_ROWS
        groups[-1].append(item)
        room -= n_rows
    return [group for group in groups if len(group) > 1]


def _when(file: LakeFile) -> str:
    return str(file.local_date or file.first_at or "")


def _replace_raw(
    con: duckdb.DuckDBPyConnection, project: Project, files: list[LakeFile], sql: str
) -> None:
    first = files[0]
    path = write_query(
        con, project.lake, sql, layer=lake.RAW, table=first.table_name, source=first.source
    )
    _rename(con, files, path)


def _merge_staging(con: duckdb.DuckDBPyConnection, project: Project, files: list[LakeFile]) -> None:
    first = files[0]
    live = "merged_days"

    def put_live(pairs: LivePairs) -> str:
        con.execute(f"create or replace temp table {live} ({columns_sql(LIVE_COLUMNS)})")
        insert_rows(con, live, pairs, types=LIVE_COLUMNS.values())
        return live

    rows = live_rows_sql(project.lake, files, put_live)
    path = write_query(
        con,
        project.lake,
        f"select * from ({rows}) order by local_date, file_id, line_no",
        layer=lake.STAGING,
        table=first.table_name,
        source=first.source,
    )
    con.execute(f"drop table if exists {live}")
    _rename(con, files, path)


def _rename(con: duckdb.DuckDBPyConnection, files: list[LakeFile], path: str) -> None:
    old = sorted({file.path for file in files})
    con.execute(
        "update ops.lake_manifest set path = $path where layer = $layer and path in $old",
        {"path": path, "layer": files[0].layer, "old": old},
    )
