"""Helper processes: new ones, that do not outlive the one that started them."""

import gc
import os
import threading
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process


def process_pool(n_processes: int) -> ProcessPoolExecutor:
    """A pool of fresh processes, which end with this one, also when it is killed."""
    # Not forked: DuckDB and Polars have threads of their own, which a fork would lose.
    context = get_context("spawn")
    return ProcessPoolExecutor(n_processes, mp_context=context, initializer=_leave_with_parent)


@contextmanager
def garbage_kept() -> Generator[None]:
    """For work that makes many objects and few cycles: looking for them takes a tenth."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _leave_with_parent() -> None:
    # A worker waits on a pipe that the other workers hold open too, so it would wait for ever.
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
