"""Naming what cannot be told: a file that ends within the second in which another begins."""

import duckdb

from assets.ingest.loading import Loaded
from assets.ingest.workspace import overlaps
from pipelines.settings import Project
from pipelines.storage import lake
from pipelines.storage.lake import read_files

_TOUCHING = """
    with streams as (
        select file_id, feed, min(path) as path, min(first_at) as first_at, max(last_at) as last_at
        from ops.load_file
        where source = $source and status = 'loaded' and first_at is not null
        group by file_id, feed
    ),
    fresh as (select distinct file_id from ops.load_file where load_id in $loads)
    select a.feed, a.file_id, a.path, b.file_id, b.path, b.first_at
    from streams as a
    join streams as b
        on b.feed = a.feed and b.file_id <> a.file_id
        and b.first_at = a.last_at
        and (a.first_at < b.first_at or a.last_at < b.last_at or a.file_id < b.file_id)
    where a.file_id in (from fresh) or b.file_id in (from fresh)
    order by all
"""


def name_split_seconds(
    con: duckdb.DuckDBPyConnection, project: Project, source: str, loaded: Loaded
) -> list[str]:
    """Find lines that stand at the end of one file and, the same, at the beginning of the next.

    Two equal lines of one second are two events in one file, and one event in two files that
    overlap. Where files meet within a second both can be meant: they are counted once, and that is
    said in `ops.load_file` of the file that begins there.

    Returns:
        What was said.
    """
    # A file alone meets no other: most runs read one more part of a log that grows.
    if not loaded.load_ids or not _has_others(con, source):
        return []
    pairs = con.execute(_TOUCHING, {"source": source, "loads": loaded.load_ids}).fetchall()
    messages = []
    for feed, file_id, path, later_id, later_path, at in pairs:
        files = lake.manifest(con, lake.RAW, source=source, table=feed)
        paths = [file.path for file in files if overlaps(file, [(at, at)])]
        row = con.execute(
            f"""
            select count(distinct line_id) from {read_files(project.lake, paths)} as a
            where line_at = $at and file_id = $file_id and line_id in (
                select line_id from {read_files(project.lake, paths)}
                where line_at = $at and file_id = $later_id
            )
            """,
            {"at": at, "file_id": file_id, "later_id": later_id},
        ).fetchone()
        if row and row[0]:
            message = (
                f"begins within {at} UTC, the second in which {path} ends; {row[0]} equal lines of "
                "both were counted once. Split logs between seconds"
            )
            con.execute(
                """
                update ops.load_file set message = concat_ws('; ', message, $message)
                where file_id = $later_id and first_byte = 0 and status = 'loaded'
                """,
                {"message": message, "later_id": later_id},
            )
            messages.append(f"{later_path}: {message}")
    return messages


def _has_others(con: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Whether several files of one kind were read."""
    sql = """
        select 1 from ops.load_file where source = ? and status = 'loaded'
        group by feed having min(file_id) < max(file_id) limit 1
    """
    return con.execute(sql, [source]).fetchone() is not None
