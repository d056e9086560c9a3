"""What a person should know when a report cannot be made."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import ExpectedError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


class ReportError(ExpectedError):
    """The warehouse cannot be reported on; the text says why and what to do."""


@contextmanager
def of_this_version(warehouse: Path) -> Generator[None]:
    """Run queries of the reports, or say what to do about a publication that lacks their columns.

    Raises:
        ReportError: an earlier version of callmart made the publication.
    """
    import duckdb

    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise ReportError(
            f"{warehouse} lacks what this version of callmart reports on "
            f"({str(error).splitlines()[0]}): an earlier version published it. `callmart run` "
            "brings it up to date, and reports."
        ) from error
