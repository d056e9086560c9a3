"""Named steps of a run: each says in the debug log that it was reached, and when.

One place to look at when a run was slow or was killed, and one place for tests to kill it at.
"""

import logging
import time

_log = logging.getLogger("callmart.steps")
_started = time.monotonic()


def reached(step: str) -> None:
    """Note that a run reached a step, such as `publish.flip`."""
    _log.debug("%8.3f s %s", time.monotonic() - _started, step)
