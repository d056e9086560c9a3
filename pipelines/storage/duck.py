"""The one way in which callmart opens DuckDB."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import duckdb

from pipelines.settings import Project
from pipelines.storage.errors import PublicationError

_USUAL_MEMORY = 1_500_000_000
"""The widest table needs up to 1 GB, whatever its number of rows; more hardly saves time."""


def connect(
    path: Path | str = ":memory:",
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a database that never reaches for the network.

    DuckDB would otherwise fetch an extension at the first stray `read_xlsx` or `https://`.
    Within one process all connections to one file must be opened with equal arguments.

    Args:
        path: File to open or make; in memory when left out.
        read_only: Open a file that others may read at the same time.
        memory_limit: Such as `2GB`; `usual_memory` when left out.
        threads: How many; one per core when left out.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # What was given back to the allocator goes back to the system, also while nothing is done.
        "allocator_background_threads": True,
        "memory_limit": memory_limit or usual_memory(),
    }
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(str(path), read_only=read_only, config=config)


def usual_memory() -> str:
    """What a database may take where nobody says: 1.5 GB, or four fifths of a smaller machine.

    DuckDB's own default, four fifths of any, leaves too little to others, of which a run itself has
    several. What does not fit is put into files.
    """
    return f"{min(_most_memory(), _USUAL_MEMORY) // 1024**2}MiB"


@cache
def _most_memory() -> int:
    """Bytes that DuckDB would take, four fifths: it knows of machines and of containers."""
    with duckdb.connect() as con:
        return memory_of(con)


def memory_of(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes that a database may take."""
    found = con.execute("select current_setting('memory_limit')").fetchone()
    number, unit = str(found[0] if found else "0 bytes").split()
    return int(float(number) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit))


def connect_for(
    project: Project, path: Path | str = ":memory:", *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a database with the memory and threads that the project file allows."""
    storage = project.settings.storage
    return connect(
        path, read_only=read_only, memory_limit=storage.memory_limit, threads=storage.threads
    )


def connect_published(project: Project) -> duckdb.DuckDBPyConnection:
    """Open the published warehouse of this moment, read-only.

    The link is followed here, and not by DuckDB: a process that still holds an older publication
    open would be given that one again if both had the same path.

    Raises:
        PublicationError: nothing is published, or it can't be opened.
    """
    target = project.warehouse.resolve()
    try:
        return connect_for(project, target, read_only=True)
    except duckdb.Error as error:
        moved = project.warehouse.resolve()
        if moved != target:
            # A run published, and removed the oldest, between the look and the opening.
            return connect_published(project)
        if not target.is_file():
            raise PublicationError(
                f"{project.warehouse}: nothing is published there. `callmart run` makes it."
            ) from None
        raise PublicationError(
            f"{target} cannot be opened: {error}\nSee `callmart doctor`, "
            "or go back to an earlier publication with `callmart restore`."
        ) from error


def literal(text: str) -> str:
    """A text as an SQL literal, for the few statements that take no bound values."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def columns_sql(types: Mapping[str, str]) -> str:
    """What stands within the brackets of `create table`: columns and their types, in order."""
    return ", ".join(f"{name} {kind}" for name, kind in types.items())


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[Sequence[object]],
    *,
    types: Iterable[str] = (),
) -> None:
    """Insert rows in one statement; `executemany` takes milliseconds for each.

    Args:
        con: where the table is.
        table: as SQL writes it.
        rows: values of all its columns, in order.
        types: of all its columns, in order; asked for when left out.
    """
    if not rows:
        return
    kinds = list(types) or [kind for _, kind, *_ in con.execute(f"describe {table}").fetchall()]
    columns = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(kinds, 1))
    con.execute(
        f"insert into {table} select {columns}",
        [list(column) for column in zip(*rows, strict=True)],
    )
