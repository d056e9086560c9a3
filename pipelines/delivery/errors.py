"""What keeps a delivery from being made."""

from pipelines.errors import ExpectedError


class DeliveryError(ExpectedError):
    """A delivery cannot be made; the text says why and what to do."""


class RefusedError(DeliveryError):
    """The other side said no: to try again changes nothing."""
