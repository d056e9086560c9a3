"""The one kind of error that is meant for a person."""


class ExpectedError(Exception):
    """Something that can happen in good use: its text names what is wrong, where, the remedy.

    The command prints the text alone; any other exception is a fault of callmart.
    """
