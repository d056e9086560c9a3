"""The run lock: one run, restore or clean-up of a project at a time.

The lock is the kernel's (flock), so it ends with the process that has it, however that ends.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pipelines.storage.errors import LockError
from pipelines.storage.process import Process, this_process

_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


class RunLock:
    """A lock file and, in it, who has the lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def hold(
        self,
        what: str,
        *,
        on_wait: Callable[[str], object] | None = None,
        wait_s: float | None = None,
    ) -> Generator[int, None, None]:
        """Have the lock for the length of the block; gives its file descriptor.

        A child process that is given the descriptor keeps the lock until it ends too.

        Args:
            what: What is being done, for the message to others: `run`, `restore`.
            on_wait: Called with a message whenever somebody new has the lock.
            wait_s: For how many seconds to wait; as long as it takes when left out.

        Raises:
            LockError: it was not to be had in time, or the file cannot be locked at all.
        """
        descriptor = self._open()
        try:
            self._acquire(descriptor, on_wait, wait_s)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _holder_text(what).encode(), 0)
            try:
                yield descriptor
            finally:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def is_free(self) -> bool:
        """Whether nobody has the lock at this moment."""
        if not self.path.exists():
            return True
        descriptor = self._open()
        try:
            return self._try(descriptor)
        finally:
            os.close(descriptor)

    def holder(self) -> tuple[Process, str, str] | None:
        """Who last said to have the lock, since when (UTC) and for what, if anybody did."""
        try:
            record = json.loads(self.path.read_text(encoding="utf-8"))
            return Process(**record["process"]), record["since"], record["what"]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise LockError(
                f"{self.path} cannot be opened for writing ({error.strerror}). "
                "Run as the user who owns the project, or give this user the folder."
            ) from error

    def _try(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise LockError(
                f"{self.path} cannot be locked ({error.strerror}): its file system knows no "
                "locks. Keep the project on a local disk."
            ) from error
        return True

    def _acquire(
        self, descriptor: int, on_wait: Callable[[str], object] | None, wait_s: float | None
    ) -> None:
        end = None if wait_s is None else time.monotonic() + wait_s
        said, pause = None, 0.02
        while not self._try(descriptor):
            message = self._message()
            if end is not None and time.monotonic() >= end:
                raise LockError(f"{message}. Gave up after {wait_s:g} s; nothing was done.")
            if on_wait is not None and message != said:
                on_wait(message)
                said = message
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def _message(self) -> str:
        found = self.holder()
        if found is None:
            return f"waiting for another run of this project, which has {self.path}"
        process, since, what = found
        return (
            f"waiting for `{what}` of process {process.pid} on {process.host}, "
            f"at work since {since} UTC (it has {self.path})"
        )


def _holder_text(what: str) -> str:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return json.dumps({"process": asdict(this_process()), "since": since, "what": what})
