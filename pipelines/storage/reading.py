"""The published warehouse together with the lake it was made from, for questions and checks."""

import duckdb

from pipelines.settings import Project
from pipelines.storage.duck import connect_for, literal
from pipelines.storage.errors import PublicationError
from pipelines.storage.lake import attach_staging


def connect_with_staging(project: Project) -> duckdb.DuckDBPyConnection:
    """The published warehouse of this moment as default catalog, read-only, with staging beside it.

    Raises:
        PublicationError: nothing is published, or it can't be opened.
    """
    target = project.warehouse.resolve()
    if not target.is_file():
        raise PublicationError(
            f"{project.warehouse}: nothing is published there. `callmart run` makes it."
        )
    # A read-only session may not make the staging catalog in memory; one in memory may attach both.
    con = connect_for(project, ":memory:")
    try:
        con.execute(f"attach {literal(str(target))} as warehouse (read_only)")
        con.execute("use warehouse")
        attach_staging(con, project)
    except duckdb.Error as error:
        con.close()
        raise PublicationError(
            f"{target} cannot be opened: {error}\nSee `callmart doctor`."
        ) from error
    return con
