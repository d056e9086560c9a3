"""Wrong use of the command: the text says what to do instead."""

from pipelines.errors import ExpectedError


class UsageError(ExpectedError):
    """The command was asked for something it can't do; exit code 2."""
