"""What a run tells while it works: small events, and whoever listens to them.

The build emits; the command's live table, Dagster's log and tests listen. Nothing is kept.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """Something a person should know."""

    text: str


@dataclass(frozen=True)
class Reading:
    """How far what is new of a source has been read, in bytes."""

    source: str
    path: str
    """The file that was read last."""
    done: int
    total: int


@dataclass(frozen=True)
class Built:
    """A relation was brought up to date."""

    relation: str
    rows: int | None
    """None for a view, which holds none of its own."""
    seconds: float


@dataclass(frozen=True)
class Checked:
    """A check gave its result."""

    relation: str
    name: str
    severity: str
    is_passed: bool
    detail: str


Event = Note | Reading | Built | Checked
Listener = Callable[[Event], None]

_listeners: list[Listener] = []
_telling = threading.RLock()


def emit(event: Event) -> None:
    """Tell every listener, one event at a time: sources are read side by side."""
    with _telling:
        for listener in list(_listeners):
            listener(event)


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """Let `listener` hear every event inside the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
