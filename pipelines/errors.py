"""The one kind of error that is meant for a person, and what is a fault of callmart."""


class ExpectedError(Exception):
    """Something that can happen in good use: its text names what is wrong, where, the remedy.

    The command prints the text alone; any other exception is a fault of callmart.
    """


class FaultError(Exception):
    """An error of a run that nobody expected: its text names it, its cause says where it was."""
