"""Replacing what was derived anew in the staging lake: whole days, and only those that differ."""

from collections.abc import Iterable
from datetime import date

from assets.ingest.workspace import Workspace
from pipelines.sql_models.contracts import Contract
from pipelines.storage import lake
from pipelines.storage.lake import LakeFile, add_to_manifest, read_files, write_query
from pipelines.storage.steps import reached

_LINEAGE = "file_id, line_no"
"""Where a row comes from is not what it is: a file given twice changes nothing."""


def differing_days(space: Workspace, new: str, current: str) -> set[date]:
    """Local days on which two tables of one contract differ, lineage aside."""
    sql = differences_sql(space, new, current, "distinct local_date")
    return {day for (day,) in space.values(sql)}


def differences_sql(space: Workspace, new: str, current: str, columns: str) -> str:
    """SQL of the rows that only one of two tables of one contract holds, lineage aside."""
    if not space.values(f"select 1 from {current} limit 1"):
        return f"select {columns} from {new}"
    return f"""
        with fresh as (select * exclude ({_LINEAGE}) from {new}),
        stale as (select * exclude ({_LINEAGE}) from {current})
        select {columns} from (
            (select * from fresh except all select * from stale)
            union all
            (select * from stale except all select * from fresh)
        )
    """


def replace_days(
    space: Workspace, contract: Contract, days: Iterable[date | None], rows_sql: str
) -> int:
    """Make rows the only ones of some days of a table; a table without days is replaced whole.

    Args:
        space: where the rows are.
        contract: of the table.
        days: the days; `[None]` for a table without.
        rows_sql: all rows of these days.

    Returns:
        How many rows were written.
    """
    layer, table, days = lake.STAGING, contract.table, list(days)
    order = ", ".join(
        f"{name} nulls first" for name in ("local_date", *contract.key, "file_id", "line_no")
    )
    path = write_query(
        space.work,
        space.project.lake,
        f"select * from ({rows_sql}) order by {order}",
        layer=layer,
        table=table,
        source=space.source,
    )
    counts = space.values(
        f"select local_date, count(*) from {read_files(space.project.lake, [path])} group by 1"
    )
    _forget(space, layer, table, days)
    add_to_manifest(
        space.con,
        [LakeFile(layer, table, space.source, day, path, "", rows) for day, rows in counts],
    )
    reached("ingest.replaced")
    return sum(rows for _, rows in counts)


def _forget(space: Workspace, layer: str, table: str, days: list[date | None]) -> None:
    space.con.execute(
        """
        delete from ops.lake_manifest
        where layer = $layer and table_name = $table and source = $source
            and (local_date in $days or local_date is null and $is_whole)
        """,
        {
            "layer": layer,
            "table": table,
            "source": space.source,
            "days": [day for day in days if day is not None],
            "is_whole": None in days,
        },
    )


def keep_memory(space: Workspace, table: str, rows: str) -> None:
    """Write what an adapter or the engine remembers until the next run, in place of the last.

    Args:
        space: where the rows are.
        table: within the layer `memory`.
        rows: name of a relation.
    """
    order = ", ".join(space.columns(rows))
    path = write_query(
        space.work,
        space.project.lake,
        f"select * from {rows} order by {order}",
        layer=lake.MEMORY,
        table=table,
        source=space.source,
    )
    _forget(space, lake.MEMORY, table, [None])
    n_rows = lake.rows_of(path)
    add_to_manifest(space.con, [LakeFile(lake.MEMORY, table, space.source, None, path, "", n_rows)])


def recall(space: Workspace, name: str, table: str, types: dict[str, str]) -> None:
    """Put in, as `name`, what was remembered; an empty table where nothing was."""
    files = lake.manifest(space.con, lake.MEMORY, source=space.source, table=table)
    space.empty_table(name, types)
    if files:
        rows = read_files(space.project.lake, [file.path for file in files])
        space.work.execute(f"insert into {name} by name select * from {rows}")
