"""Wrong use of the command: the text says what to do instead."""


class UsageError(Exception):
    """The command was asked for something it can't do; exit code 2."""


EXPECTED = (UsageError,)
