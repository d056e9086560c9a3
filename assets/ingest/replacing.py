"""Replacing what was derived anew in the staging lake: whole days, and only those that differ."""

from collections.abc import Collection, Mapping
from datetime import date

from assets.ingest.workspace import Workspace
from pipelines.sql_models.contracts import Contract
from pipelines.storage import lake
from pipelines.storage.lake import LakeFile, read_files, rows_of, write_query
from pipelines.storage.steps import reached

_LINEAGE = ("file_id", "line_no")
"""Where a row comes from is not what it is: a file given twice changes nothing."""


def differing_days(
    space: Workspace, contract: Contract, new: str, current: str | None
) -> set[date]:
    """Local days on which two tables of one contract differ, lineage aside."""
    sql = differences_sql(contract, new, current, "distinct local_date")
    return {day for (day,) in space.values(sql)}


def differences_sql(contract: Contract, new: str, current: str | None, columns: str) -> str:
    """SQL of the rows that one of two tables of one contract holds more often, lineage aside.

    Args:
        contract: of both.
        new: name of a relation, or a query in parentheses.
        current: the other; None where nothing stands.
        columns: what to select of these rows.
    """
    if current is None:
        return f"select {columns} from {new}"
    own = ", ".join(name for name in contract.columns if name not in _LINEAGE)
    # One grouping: `except all` both ways costs three times as much, most of it in planning.
    return f"""
        select {columns} from (
            select {own}, 1 as surplus from {new} union all select {own}, -1 from {current}
        )
        group by {own} having sum(surplus) <> 0
    """


def days_sql(days: Collection[date]) -> str:
    """SQL of a condition: rows of some local days."""
    listed = ", ".join(f"date '{day}'" for day in sorted(days))
    return f"local_date in ({listed})"


def replace_days(
    space: Workspace, contract: Contract, days: Collection[date | None], rows_sql: str
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
    layer, table = lake.STAGING, contract.table
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
    n_rows = rows_of(path)
    counts = [(day, n_rows) for day in days if n_rows]
    if len(counts) > 1:
        rows = read_files(space.project.lake, [path])
        counts = space.values(f"select local_date, count(*) from {rows} group by 1")
    space.manifest.forget(layer, table, days)
    space.manifest.add(
        LakeFile(layer, table, space.source, day, path, "", rows) for day, rows in counts
    )
    reached("ingest.replaced")
    return n_rows


def keep_memory(space: Workspace, table: str, rows_sql: str, types: Mapping[str, str]) -> None:
    """Write what an adapter or the engine remembers until the next run, in place of the last.

    Args:
        space: where the rows are.
        table: within the layer `memory`.
        rows_sql: all rows.
        types: their columns.
    """
    path = write_query(
        space.work,
        space.project.lake,
        f"select * from ({rows_sql}) order by {', '.join(types)}",
        layer=lake.MEMORY,
        table=table,
        source=space.source,
    )
    file = LakeFile(lake.MEMORY, table, space.source, None, path, "", rows_of(path))
    space.manifest.forget(lake.MEMORY, table, [None])
    space.manifest.add([file])


def recall_sql(space: Workspace, table: str, types: Mapping[str, str]) -> str:
    """SQL of what was remembered; of no rows where nothing was."""
    files = space.manifest.files(lake.MEMORY, table)
    return space.typed_sql(types, [file.path for file in files])
