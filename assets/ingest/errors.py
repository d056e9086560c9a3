"""What goes wrong in ingest beyond a bad line or file: those are told in ops and stop nothing."""

from pipelines.errors import ExpectedError


class AdapterError(ExpectedError):
    """An adapter broke its promise (lost lines, wrong columns); the text names it and where."""
