"""Wrong use of the command: the text says what to do instead."""

from pipelines.errors import ExpectedError

PUBLISHED, REFUSED, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: all went well; a critical check failed; nothing could be done as asked; stopped."""


class UsageError(ExpectedError):
    """The command was asked for something it can't do; exit code 2."""
