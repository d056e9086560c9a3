"""The lake: immutable Parquet files, and which of them a warehouse is made of.

A file is written under a temporary name, made to outlast a power cut and then renamed, so a name
that exists is whole. Which files count is said by `ops.lake_manifest` of the warehouse at hand and
by nothing else: a killed run leaves files that no manifest names, and reading a folder by pattern
would count their rows twice. Only `remove_orphans` looks at folders.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.settings import Project
from pipelines.storage.duck import columns_sql, connect, insert_rows, literal
from pipelines.storage.errors import StorageError
from pipelines.storage.file_worker import sync_descriptor
from pipelines.storage.ops import table_columns

if TYPE_CHECKING:
    import polars as pl

    from pipelines.sql_models.contracts import Contract

RAW = "raw"
STAGING = "staging"
MEMORY = "memory"
"""Layer of what adapters remember from run to run; in the lake only, never attached."""

_ROW_GROUP = 122_880
_TEMPORARY = ".tmp"
_ORPHAN_AGE_S = 86_400
_METADATA_KEY = "callmart"

LIVE_COLUMNS = {"path": "VARCHAR", "local_date": "DATE"}
LivePairs = Sequence[tuple[str, date | None]]
"""File, as DuckDB names it, and local day that still counts of it."""


@dataclass(frozen=True)
class LakeFile:
    """One row of the manifest: a file, or one local day of it."""

    layer: str
    table_name: str
    source: str
    local_date: date | None
    path: str
    """Relative to the lake."""
    load_id: str
    n_rows: int
    first_at: datetime | None = None
    last_at: datetime | None = None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def _settle(temporary: Path, final: Path) -> None:
    """Give a written file its name, so that it is there whole or not at all, for good."""
    _sync(temporary)
    temporary.replace(final)
    _sync(final.parent)


def _folder(lake: Path, layer: str, table: str, source: str) -> Path:
    folder = lake / layer / table / source
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_frame(
    lake: Path,
    frame: "pl.DataFrame",
    *,
    layer: str,
    table: str,
    source: str,
    name: str,
    metadata: str = "",
) -> str:
    """Write a frame as `<layer>/<table>/<source>/<name>.parquet`; an existing one is replaced.

    Args:
        lake: folder of the lake.
        frame: the rows.
        layer: `raw`, `staging` or `memory`.
        table: table within the layer.
        source: source of the rows.
        name: without ending; made from what the content depends on.
        metadata: kept in the file, for `read_metadata`.

    Returns:
        The path relative to the lake.
    """
    final = _folder(lake, layer, table, source) / f"{name}.parquet"
    temporary = final.with_name(f"{final.name}.{os.getpid()}{_TEMPORARY}")
    frame.write_parquet(
        temporary,
        compression="zstd",
        compression_level=1,
        row_group_size=_ROW_GROUP,
        metadata={_METADATA_KEY: metadata},
    )
    _settle(temporary, final)
    return str(final.relative_to(lake))


def write_query(
    con: duckdb.DuckDBPyConnection, lake: Path, sql: str, *, layer: str, table: str, source: str
) -> str:
    """Write a query's rows, in its order, named by content and number of rows.

    Returns:
        The path relative to the lake: `<layer>/<table>/<source>/<hash>-<rows>.parquet`.
    """
    folder = _folder(lake, layer, table, source)
    temporary = folder / f"query.{os.getpid()}{_TEMPORARY}"
    row = con.execute(
        f"copy ({sql}) to {literal(str(temporary))} "
        f"(format parquet, compression zstd, row_group_size {_ROW_GROUP})"
    ).fetchone()
    n_rows = row[0] if row else 0
    with temporary.open("rb") as file:
        digest = file_digest(file, "sha256")
    final = folder / f"{digest.hexdigest()[:24]}-{n_rows}.parquet"
    _settle(temporary, final)
    return str(final.relative_to(lake))


def rows_of(path: str) -> int:
    """How many rows a file written by `write_query` holds, by its name."""
    return int(path.rpartition("-")[2].removesuffix(".parquet"))


def read_metadata(path: Path) -> str | None:
    """What `write_frame` was given to keep; None where there is no whole file of that name."""
    import polars as pl

    if not path.is_file():
        return None
    try:
        return pl.read_parquet_metadata(path).get(_METADATA_KEY)
    except pl.exceptions.PolarsError:
        return None


def read_files(lake: Path, paths: Iterable[str], *, with_path: bool = False) -> str:
    """SQL of a table function that reads files of the lake by name.

    Args:
        lake: folder of the lake.
        paths: relative to it, at least one.
        with_path: add the column `filename`.
    """
    listed = ", ".join(literal(str(lake / path)) for path in sorted(set(paths)))
    extra = ", filename = true" if with_path else ""
    # Folder names of the lake must never become columns; an older reading may lack new columns.
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true{extra})"


def manifest(
    con: duckdb.DuckDBPyConnection,
    layer: str | None = None,
    *,
    source: str | None = None,
    table: str | None = None,
) -> list[LakeFile]:
    """Rows of the manifest, ordered by table, source, day and path."""
    rows = con.execute(
        """
        select layer, table_name, source, local_date, path, load_id, n_rows, first_at, last_at
        from ops.lake_manifest
        where ($layer is null or layer = $layer)
            and ($source is null or source = $source)
            and ($table is null or table_name = $table)
        order by table_name, source, local_date, path, load_id
        """,
        {"layer": layer, "source": source, "table": table},
    ).fetchall()
    return [LakeFile(*row) for row in rows]


def add_to_manifest(con: duckdb.DuckDBPyConnection, files: Iterable[LakeFile]) -> None:
    """Name files as part of this warehouse."""
    rows = [
        [
            file.layer,
            file.table_name,
            file.source,
            file.local_date,
            file.path,
            file.load_id,
            file.n_rows,
            file.first_at,
            file.last_at,
        ]
        for file in files
    ]
    insert_rows(con, "ops.lake_manifest", rows, types=table_columns("lake_manifest").values())


def named_paths(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Every lake path that the manifest of a warehouse names."""
    return {row[0] for row in con.execute("select path from ops.lake_manifest").fetchall()}


def check_lake(con: duckdb.DuckDBPyConnection, project: Project, source: str) -> None:
    """See that every named file of a source is there.

    Raises:
        StorageError: files are missing; names the first and the remedy.
    """
    rows = con.execute(
        "select distinct path from ops.lake_manifest where source = ? order by path", [source]
    ).fetchall()
    missing = [path for (path,) in rows if not (project.lake / path).is_file()]
    if missing:
        raise StorageError(
            f"{project.lake / missing[0]} is missing, as are {len(missing) - 1} other files of "
            "the lake. Put var/lake back from a backup, or build everything again from landing "
            "with `callmart run --full`."
        )


def tidy_lake(con: duckdb.DuckDBPyConnection, project: Project, kept: Iterable[Path]) -> list[str]:
    """Remove old files that neither a warehouse copy nor a kept publication names.

    Call it with the run lock held.

    Args:
        con: the warehouse copy.
        project: whose lake.
        kept: database files of the publications that may be restored.

    Returns:
        The removed paths, relative to the lake.
    """
    named = named_paths(con)
    for path in kept:
        with connect(path, read_only=True) as publication:
            named |= named_paths(publication)
    return remove_orphans(project, named)


def remove_orphans(
    project: Project, named: set[str], *, older_than_s: float = _ORPHAN_AGE_S
) -> list[str]:
    """Remove files of the lake that nothing names, once they are old enough to be nobody's work.

    Call it with the run lock held.

    Args:
        project: whose lake.
        named: paths that any publication which is kept names (`named_paths` of each): a restored
            one needs its files.
        older_than_s: younger files stay, for a killed run's repetition to use.

    Returns:
        The removed paths, relative to the lake.
    """
    limit = time.time() - older_than_s
    removed = []
    for path in sorted(project.lake.rglob("*")):
        name = str(path.relative_to(project.lake))
        if name not in named and path.is_file() and path.stat().st_mtime < limit:
            path.unlink()
            removed.append(name)
    return removed


def attach_staging(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    *,
    contracts: "Mapping[str, Contract] | None" = None,
) -> None:
    """Attach the in-memory catalog `staging`: one view per contract over the lake's live rows.

    A table of which nothing was ingested is an empty one. Attached before, it is renewed. No
    transaction may be open.

    Args:
        con: the warehouse whose manifest counts is its default catalog.
        project: whose lake.
        contracts: those of `models/staging` when left out.
    """
    from pipelines.sql_models.contracts import empty_sql, load_contracts

    live = "staging.main._live"
    con.execute(
        "detach database if exists staging; attach ':memory:' as staging; "
        f"create table {live} ({columns_sql(LIVE_COLUMNS)})"
    )
    files: dict[str, list[LakeFile]] = {}
    for file in manifest(con, STAGING):
        files.setdefault(file.table_name, []).append(file)

    def put_live(pairs: LivePairs) -> str:
        insert_rows(con, live, pairs, types=LIVE_COLUMNS.values())
        return live

    made = []
    for table, contract in (load_contracts() if contracts is None else contracts).items():
        relation = f"staging.main.{table}"
        if table not in files:
            made.append(empty_sql(contract, relation))
            continue
        rows = live_rows_sql(project.lake, files[table], put_live)
        columns = ", ".join(
            f"cast({name} as {spec.type}) as {name}" for name, spec in contract.columns.items()
        )
        made.append(f"create view {relation} as select {columns} from ({rows})")
    # Together: there are dozens, and each statement alone costs more than what it does.
    con.execute(";\n".join(made))


def live_rows_sql(
    lake: Path, files: Iterable[LakeFile], put_live: Callable[[LivePairs], str]
) -> str:
    """SQL of the rows that manifest rows of one staging table stand for.

    A file counts only for the days that the manifest still gives it. Files that count whole are
    read as they are; for the others it is joined to pairs of file and day.

    Args:
        lake: folder of the lake.
        files: manifest rows of one table, at least one.
        put_live: puts such pairs into a table of the columns `LIVE_COLUMNS`, and names it; asked
            only where there are some.
    """
    days: dict[str, list[LakeFile]] = {}
    for file in files:
        days.setdefault(file.path, []).append(file)
    whole = [p for p, rows in days.items() if sum(row.n_rows for row in rows) == rows_of(p)]
    partly = [p for p in days if p not in set(whole)]
    selects = [f"select * from {read_files(lake, whole)}"] if whole else []
    if partly:
        pairs = [(str(lake / path), row.local_date) for path in partly for row in days[path]]
        live = put_live(pairs)
        selects.append(
            f"select rows.* exclude (filename) from {read_files(lake, partly, with_path=True)} "
            f"as rows semi join {live} as live "
            "on live.path = rows.filename and live.local_date = rows.local_date"
        )
    return " union all by name ".join(selects)
