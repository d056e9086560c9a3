"""What goes wrong with files, locks and publications: each text says what to do about it."""

from pipelines.errors import ExpectedError


class StorageError(ExpectedError):
    """Something about the project's files is wrong; the text names it and the remedy."""


class PublicationError(StorageError):
    """A publication could not be made, found or restored; the published one is unchanged."""


class DiskSpaceError(StorageError):
    """The disk has, or had, no room for a run; nothing was published."""


class MemoryLimitError(StorageError):
    """A statement needed more memory than DuckDB may take; nothing was published."""


class LockError(StorageError):
    """The run lock could not be had."""


class RunLogError(StorageError):
    """`var/runs.duckdb` could not be read or written."""
